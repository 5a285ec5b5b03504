using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Findings;

/// <summary>
/// On an instrumented framework a race on a collection can be met twice: by two of its operations' own accesses, and by the two calls. Whichever comes first is the
/// finding, the other a repeat of it. For the reporter thread only.
/// </summary>
internal static class SameDefect
{
    private static readonly Dictionary<(string, string), (string Id, bool IsOfCalls)> s_first = [];

    /// <summary>The id of the finding that tells the same already, be it this one's own.</summary>
    internal static string IdOf(ResolvedFinding finding)
    {
        if (!FrameworkLink.IsOn || finding.Theirs is not { } theirs || IsOfCall(finding.Mine) is not { } isOfCalls || IsOfCall(theirs) != isOfCalls) { return finding.Id; }
        string one = Place(finding.Mine), other = Place(theirs);
        var key = string.CompareOrdinal(one, other) <= 0 ? (one, other) : (other, one);
        if (s_first.TryGetValue(key, out var first)) { return first.IsOfCalls == isOfCalls ? finding.Id : first.Id; }
        s_first.Add(key, (finding.Id, isOfCalls));

        if (!isOfCalls) { foreach (int site in Calls(finding.Mine)) { foreach (int with in Calls(theirs)) { Settle(site, with); } } }
        return finding.Id;
    }

    /// <summary>Nobody needs to wait for the two calls any more, be it that a later round learns of them first.</summary>
    private static void Settle(int site, int with)
    {
        Candidates.Learn(site, with, gap: 0, test1: 0, test2: 0);
        Candidates.Observed(site, with);
    }

    private static bool? IsOfCall(ResolvedSide side) => side.Operation is not null ? false : side.Side.Is(AccessKind.Collection) ? true : null;

    private static string Place(ResolvedSide side) => $"{side.Stack[0].File}:{side.Stack[0].Line}";

    private static IEnumerable<int> Calls(ResolvedSide side) => Modules.CallsAt(side.Stack[0].File, side.Stack[0].Line);
}
