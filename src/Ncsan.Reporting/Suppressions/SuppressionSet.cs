namespace Ncsan.Reporting.Suppressions;

/// <summary>The suppressions of a run, and how often each was of use.</summary>
public sealed class SuppressionSet
{
    private readonly List<(Suppression Suppression, long[] Uses)> _all = [];

    /// <summary>The lines that are no suppression, one sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;
    private readonly List<string> _problems = [];

    /// <summary>The suppressions that silenced nothing, in the order of the files.</summary>
    public IEnumerable<Suppression> Unused => _all.Where(s => s.Uses[0] == 0).Select(s => s.Suppression);

    /// <summary>The suppressions that silenced something, with how often.</summary>
    public IEnumerable<(Suppression Suppression, long Uses)> Used => _all.Where(s => s.Uses[0] > 0).Select(s => (s.Suppression, s.Uses[0]));

    /// <summary>Reads a file. What can't be read becomes a sentence in <see cref="Problems"/>.</summary>
    public void AddFile(string path)
    {
        try { Add(File.ReadAllText(path), path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"NCS2102 suppression file '{path}' cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads the text of a file: <c>kind:template</c> lines; a <c>#</c> line is the reason of the lines right below it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">How to name it in sentences.</param>
    public void Add(string text, string source)
    {
        string reason = "";
        bool reasonGrows = false;
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.StartsWith('#'))
            {
                string words = line.TrimStart('#').Trim();
                reason = reasonGrows ? $"{reason} {words}" : words;
                reasonGrows = true;
                continue;
            }

            reasonGrows = false;
            if (line.Length == 0) { reason = ""; continue; }
            AddLine(line, reason, $"{source}:{number}");
        }
    }

    /// <summary>The first suppression that silences the finding, or null. It counts as used.</summary>
    public Suppression? Match(Finding finding)
    {
        foreach (var (suppression, uses) in _all)
        {
            if (!suppression.Matches(finding)) { continue; }
            uses[0]++;
            return suppression;
        }

        return null;
    }

    private void AddLine(string line, string reason, string source)
    {
        // A reason may also follow on the line itself; a template has no use for " #".
        if (line.IndexOf(" #", StringComparison.Ordinal) is > 0 and var comment)
        {
            reason = line[(comment + 2)..].Trim();
            line = line[..comment].TrimEnd();
        }

        int colon = line.IndexOf(':');
        string name = colon < 0 ? line : line[..colon], template = colon < 0 ? "" : line[(colon + 1)..].Trim();
        if (SuppressionKind.All.FirstOrDefault(k => k.Name == name) is not { } kind)
        {
            _problems.Add($"NCS2102 {source}: '{name}' is not a kind of suppression; write one of {string.Join(", ", SuppressionKind.All.Select(k => k.Name + ":"))}.");
        }
        else if (template.Trim('*', '^', '$').Length == 0)
        {
            _problems.Add($"NCS2102 {source}: '{line}' would silence everything; name a member, method or file.");
        }
        else
        {
            _all.Add((new Suppression(kind, template, reason, source), new long[1]));
        }
    }
}
