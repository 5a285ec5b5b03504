using System.Reflection;
using System.Text.RegularExpressions;
using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus.Tests;

/// <summary>An access that a report may name: <c>write</c>, or to the letter, as the conformance suite wants it: <c>marked write:4</c>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Marked">Whether it is marked, or null for either.</param>
/// <param name="Size">Its size, or null for any.</param>
internal readonly partial record struct ExpectedAccess(string Kind, bool? Marked, int? Size)
{
    internal static ExpectedAccess Parse(string text, bool exact)
    {
        Match match = Access().Match(text);
        bool? marked = match.Groups[1].Success ? true : exact ? false : null;
        return new(match.Groups[2].Value, marked, match.Groups[3].Success ? int.Parse(match.Groups[3].Value) : null);
    }

    internal bool Fits(Side side) => side.Kind == Kind && (Marked is null || Marked == side.Marked) && (Size is null || Size == side.Size);

    public override string ToString() => (Marked == true ? "marked " : "") + Kind + (Size is { } size ? $" of {size}" : "");

    [GeneratedRegex(@"^(marked )?([^:]+)(?::(\d+))?$")]
    private static partial Regex Access();
}

/// <summary>What a case expects of one line of its source: <c>// race: write Box.Value</c>, or <c>// race[TestRaceX,TestRaceY]: read *</c> outside the case.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Line">The line.</param>
/// <param name="Accesses">The accesses that a report may name there.</param>
/// <param name="Member">What the member of the report contains; <c>*</c> for anything.</param>
/// <param name="Optional">The line, marked <c>race?</c>, may be a side of a finding; the others must be one if there are only two.</param>
/// <param name="Reordered">Of the two sides one must be an access that memory held back.</param>
internal sealed partial record Mark(string File, int Line, IReadOnlyList<ExpectedAccess> Accesses, string Member, bool Optional, bool Reordered)
{
    private static readonly string s_source = typeof(Mark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CorpusSource").Value!;
    private static readonly List<(string Case, string Rule)> s_also = [];
    private static readonly ILookup<string, Mark> s_all = ReadAll();

    /// <summary>The marks of a case.</summary>
    internal static IReadOnlyList<Mark> Of(string name) => [.. s_all[name]];

    /// <summary>Whether the source says of a case, by <c>// also[TestRaceX]: NCS0109</c>, that this rule is broken too.</summary>
    internal static bool IsAlso(string name, string rule) => s_also.Contains((name, rule));

    private static ILookup<string, Mark> ReadAll()
    {
        var marks = new List<(string Case, Mark Mark)>();
        foreach (string path in Directory.EnumerateFiles(s_source, "*.cs", SearchOption.AllDirectories).Where(p => !p.Contains("/obj/", StringComparison.Ordinal)))
        {
            string? inside = null;
            string[] lines = System.IO.File.ReadAllLines(path);
            bool exact = path.Contains("/Conformance/", StringComparison.Ordinal);
            for (int i = 0; i < lines.Length; i++)
            {
                if (Member_().Match(lines[i]) is { Success: true } member) { inside = member.Groups[1].Value; }
                if (Also().Match(lines[i]) is { Success: true } also) { s_also.Add((also.Groups[1].Value, also.Groups[2].Value)); }
                if (Mark_().Match(lines[i]) is not { Success: true } match) { continue; }
                var mark = new Mark(Path.GetFileName(path), i + 1, [.. match.Groups[4].Value.Split('|').Select(a => ExpectedAccess.Parse(a, exact))], match.Groups[5].Value.Trim(), match.Groups[1].Success, match.Groups[3].Success);
                string[] cases = match.Groups[2].Success ? match.Groups[2].Value.Split(',') : [inside ?? ""];
                foreach (string each in cases)
                {
                    Assert.True(Case.All.ContainsKey(each), $"{path}:{i + 1}: the mark belongs to no case");
                    marks.Add((each, mark));
                }
            }
        }

        return marks.ToLookup(m => m.Case, m => m.Mark, StringComparer.Ordinal);
    }

    // A member of the outermost class: four spaces of indentation.
    [GeneratedRegex(@"^    (?:public|private|internal) [^=(]*?(\w+)\(")]
    private static partial Regex Member_();

    [GeneratedRegex(@"// also\[(\w+)\]: (NCS\d+)\s*$")]
    private static partial Regex Also();

    [GeneratedRegex(@"// race(\?)?(?:\[([\w,]+)\])?: (reordered )?([\w|\-: ]+?) ([\w.<>\[\],*]+)\s*$")]
    private static partial Regex Mark_();
}
