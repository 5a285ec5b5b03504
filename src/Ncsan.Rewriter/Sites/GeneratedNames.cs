namespace Ncsan.Rewriter.Sites;

/// <summary>What the author wrote where the C# compiler made up a name: closures, hoisted locals, backing fields.</summary>
internal static class GeneratedNames
{
    /// <summary>How a field is shown within its type: <c>&lt;Balance&gt;k__BackingField</c> is <c>Balance</c>, a hoisted local its own name.</summary>
    internal static string Field(string name) => Unwrap(name, out string inner, out _) && inner.Length > 0 ? inner : name == "<>4__this" ? "this" : name;

    /// <summary>Whether the compiler made a field of this name for a local variable that a closure or a state machine captured.</summary>
    /// <param name="type">The simple name of the declaring type.</param>
    /// <param name="field">The field's metadata name.</param>
    internal static bool IsCapturedLocal(string type, string field) =>
        type.StartsWith("<>c__DisplayClass", StringComparison.Ordinal) ? !field.StartsWith('<')
        : Unwrap(type, out _, out string suffix) && suffix.StartsWith('d') && (!field.StartsWith('<') || (Unwrap(field, out string inner, out _) && inner.Length > 0));

    /// <summary>What a field of an iterator stands for that its author gave no name, and the metadata name of the iterator's method; null for any other field.</summary>
    /// <param name="type">The simple name of the declaring type.</param>
    /// <param name="field">The field's metadata name.</param>
    internal static (string What, string Of)? Iterator(string type, string field)
    {
        string? what = field switch { "<>1__state" => "position", "<>2__current" => "current element", _ => null };
        return what is not null && Unwrap(type, out string method, out string suffix) && suffix.StartsWith('d') ? (what, method) : null;
    }

    /// <summary>Whether the compiler made this name.</summary>
    internal static bool Is(string name) => name.StartsWith('<');

    /// <summary><c>&lt;inner&gt;suffix</c>, with brackets matched.</summary>
    private static bool Unwrap(string name, out string inner, out string suffix)
    {
        inner = suffix = "";
        if (!name.StartsWith('<')) { return false; }
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
            if (depth == 0)
            {
                (inner, suffix) = (name[1..i], name[(i + 1)..]);
                return true;
            }
        }

        return false;
    }
}
