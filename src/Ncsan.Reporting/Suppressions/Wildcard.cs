namespace Ncsan.Reporting.Suppressions;

/// <summary>TSan's templates: found anywhere in the text, <c>*</c> stands for anything, <c>^</c> and <c>$</c> hold the ends.</summary>
public static class Wildcard
{
    /// <summary>The template fits the text.</summary>
    public static bool Matches(string template, string text)
    {
        bool atStart = template.StartsWith('^'), atEnd = template.Length > 1 && template.EndsWith('$');
        string[] parts = template[(atStart ? 1 : 0)..^(atEnd ? 1 : 0)].Split('*');
        if (atEnd && parts.Length == 1) { return atStart ? text == parts[0] : text.EndsWith(parts[0], StringComparison.Ordinal); }

        int from = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            if (atEnd && i == parts.Length - 1) { return text.Length - from >= part.Length && text.EndsWith(part, StringComparison.Ordinal); }
            int at = i == 0 && atStart ? (text.StartsWith(part, StringComparison.Ordinal) ? 0 : -1) : text.IndexOf(part, from, StringComparison.Ordinal);
            if (at < 0) { return false; }
            from = at + part.Length;
        }

        return true;
    }
}
