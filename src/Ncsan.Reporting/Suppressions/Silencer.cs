namespace Ncsan.Reporting.Suppressions;

/// <summary>The line of a suppression file that would silence a finding, and as little else as can be.</summary>
public static class Silencer
{
    /// <summary>The line. It always matches the finding it was made for.</summary>
    public static string LineFor(Finding finding)
    {
        string name = WithoutType(finding.Member);
        if (string.CompareOrdinal(finding.Rule, "NCS01") >= 0) { return "deadlock:" + (name.Length > 0 ? name : finding.Title); }

        // An array's type, a collection's operation or a word alone would silence its like in the whole program.
        bool isOwn = name.Contains('.') && !name.Contains('[') && (name != finding.Member || !finding.Accesses.Any(a => a.Collection));
        return isOwn || finding.Accesses.Count == 0 ? "race:" + (name.Length > 0 ? name : finding.Title) : "race_top:" + finding.Accesses[0].Method;
    }

    private static string WithoutType(string member) => member.EndsWith(')') && member.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? member[..at] : member;
}
