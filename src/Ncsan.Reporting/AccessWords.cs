using System.Globalization;

namespace Ncsan.Reporting;

/// <summary>What every face says of an access and its thread, in the same words.</summary>
internal static class AccessWords
{
    private const int LongestChain = 3;

    /// <summary>Short facts: plain or marked, size; for a collection the operation.</summary>
    internal static IEnumerable<string> Facts(Access access, Finding finding)
    {
        if (access.Collection) { yield return Operation(access.Member ?? finding.Member); }
        else if (access.Member is { } member && member != finding.Member) { yield return member; }
        if (!access.IsAssertion && !access.Collection) { yield return access.Marked ? "marked" : "plain"; }
        if (access.Reordered) { yield return "reordered"; }
        if (access.Size > 0 && !access.Collection) { yield return access.Size == 1 ? "1 byte" : $"{access.Size.ToString("N0", CultureInfo.InvariantCulture)} bytes"; }
        if (access.Unaligned) { yield return "unaligned"; }
    }

    /// <summary>The thread's name and where it came from.</summary>
    internal static string Thread(ThreadOrigin thread, Finding finding, SourceFiles sources)
    {
        string name = thread.Name is { Length: > 0 } given ? $"thread '{given}' (#{thread.Id})" : $"thread #{thread.Id}";
        string chain = string.Join(", called by ", Stacks.Chain(thread.CreatedAt, finding.Test).Take(LongestChain).Select(f => sources.Place(f.File, f.Line) is { } place ? $"{f.Method} {place}" : f.Method));
        return chain.Length > 0 ? $"{name}, started by {chain}" : name;
    }

    /// <summary>Whether it happened.</summary>
    internal static string Certainty(Finding finding) => finding.IsPredicted ? "predicted: the two accesses were not seen to meet" : finding.Certainty;

    /// <summary>What stands in the place of runtime frames.</summary>
    internal static string Folded(int frames) => frames == 1 ? "… 1 runtime frame" : $"… {frames} runtime frames";

    /// <summary>Of <c>Bank._entries (List&lt;int&gt;.Add)</c> the operation.</summary>
    private static string Operation(string member) =>
        member.EndsWith(')') && member.IndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? member[(at + 2)..^1] : member;
}
