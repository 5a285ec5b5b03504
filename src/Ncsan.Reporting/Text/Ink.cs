namespace Ncsan.Reporting.Text;

/// <summary>Colour for a terminal, or none.</summary>
internal readonly struct Ink(bool color)
{
    internal string Strong(string text) => Paint("1", text);

    internal string Bad(string text) => Paint("1;31", text);

    internal string Mild(string text) => Paint("33", text);

    internal string Faint(string text) => Paint("2", text);

    internal string Code(string text) => Paint("36", text);

    internal string Of(string severity, string text) => severity switch
    {
        "error" => Bad(text),
        "warning" => Mild(text),
        _ => Strong(text),
    };

    private string Paint(string code, string text) => color && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
