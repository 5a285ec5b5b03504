namespace Ncsan.Corpus.Tests;

/// <summary>Compares what was found with what the source says.</summary>
internal static class Verdict
{
    /// <summary>The lines that a finding of the case must hold, as the corpus takes them; none when any two will do.</summary>
    internal static string Spec(string name)
    {
        int[] lines = [.. Mark.Of(name).Where(static m => !m.Optional).Select(static m => m.Line).Distinct()];
        return lines.Length is 1 or 2 ? $"{name}@{string.Join(',', lines)}" : lines.Length == 0 ? name : $"{name}@{lines[0]}";
    }

    /// <summary>Null if the outcome is as the case's name says, else what is wrong with it.</summary>
    internal static string? Judge(string name, Outcome outcome)
    {
        if (outcome.Failure is not null) { return outcome.Failure; }
        return name.StartsWith("TestNoRace", StringComparison.Ordinal) ? Never(outcome) : Race(name, outcome);
    }

    /// <summary>Null if nothing was found.</summary>
    internal static string? Never(Outcome outcome) => outcome.Failure ?? (outcome.Findings.Count == 0 ? null : "false report: " + string.Join("; ", outcome.Findings));

    /// <summary>Null if something was found, and each finding has both sides on marked lines, with the kind and member that the mark says.</summary>
    /// <param name="name">The case.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="kind">The kind that each finding must have.</param>
    /// <param name="anyPair">Any two marked lines will do.</param>
    internal static string? Race(string name, Outcome outcome, string kind = "data race", bool anyPair = false)
    {
        IReadOnlyList<Mark> marks = Mark.Of(name);
        if (marks.Count == 0) { return "the case has no marked line"; }
        if (outcome.Failure is not null) { return outcome.Failure; }
        Found[] races = [.. outcome.Findings.Where(found => !Mark.IsAlso(name, found.Rule))];
        if (races.Length == 0) { return $"nothing found ({outcome.Line})"; }
        foreach (Found found in races)
        {
            if (found.Kind != kind) { return "wrong kind: " + found; }
            var at = found.Sides.Select(side => marks.FirstOrDefault(m => m.Line == side.Line && m.File == side.File)).ToArray();
            for (int i = 0; i < at.Length; i++)
            {
                if (at[i] is not { } mark) { return $"a side stands on no marked line: {found}"; }
                if (!mark.Accesses.Any(a => a.Fits(found.Sides[i]))) { return $"the access on line {mark.Line} should be {string.Join('|', mark.Accesses)}: {found}"; }
            }

            if (marks.Any(static m => m.Reordered) && !found.Sides.Any(static s => s.Reordered)) { return $"no side is reordered: {found}"; }
            if (!at.Any(m => m!.Member == "*" || found.Member.Contains(m.Member, StringComparison.Ordinal))) { return $"the member should be {at[0]!.Member}: {found}"; }
        }

        int lines = marks.Where(static m => !m.Optional).Select(static m => m.Line).Distinct().Count();
        return !anyPair && lines == 2 && !races.Any(f => f.Sides.Select(s => s.Line).Distinct().Count() == Math.Min(lines, f.Sides.Count)) ? "no finding has both sides: " + races[0] : null;
    }
}
