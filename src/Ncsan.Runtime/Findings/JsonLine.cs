using System.Globalization;
using System.Text;

namespace Ncsan.Runtime.Findings;

/// <summary>Writes one JSON object on one line.</summary>
/// <remarks>Not System.Text.Json: loading and compiling it would be half of the cost of a short program, which writes one summary.</remarks>
internal sealed class JsonLine
{
    private readonly StringBuilder _text = new();
    private bool _first = true;

    internal JsonLine Open(string? name = null) => Begin(name, '{');

    internal JsonLine Close() => End('}');

    internal JsonLine OpenList(string name) => Begin(name, '[');

    internal JsonLine CloseList() => End(']');

    internal JsonLine Put(string name, string? value)
    {
        Name(name);
        if (value is null) { _text.Append("null"); }
        else { Quote(value); }
        return this;
    }

    internal JsonLine Put(string name, long value)
    {
        Name(name);
        _text.Append(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    internal JsonLine Put(string name, bool value)
    {
        Name(name);
        _text.Append(value ? "true" : "false");
        return this;
    }

    internal JsonLine Item(string value)
    {
        Comma();
        Quote(value);
        return this;
    }

    /// <summary>The object, with its line end.</summary>
    internal byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString() + "\n");

    private JsonLine Begin(string? name, char bracket)
    {
        if (name is null) { Comma(); }
        else { Name(name); }
        _text.Append(bracket);
        _first = true;
        return this;
    }

    private JsonLine End(char bracket)
    {
        _text.Append(bracket);
        _first = false;
        return this;
    }

    private void Name(string name)
    {
        Comma();
        Quote(name);
        _text.Append(':');
    }

    private void Comma()
    {
        if (!_first) { _text.Append(','); }
        _first = false;
    }

    private void Quote(string value)
    {
        _text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                default:
                    // A lone surrogate has no UTF-8 form.
                    if (c < ' ' || char.IsSurrogate(c)) { _text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)); }
                    else { _text.Append(c); }
                    break;
            }
        }

        _text.Append('"');
    }
}
