namespace Ncsan.Reporting;

/// <summary>A line of a folded stack: a frame, or a number of runtime frames in its place.</summary>
internal readonly record struct StackEntry(Frame Frame, int Folded);

/// <summary>Stacks as a reader wants them.</summary>
internal static class Stacks
{
    /// <summary>The stack without the sanitizer's own frames on top, runs of runtime frames folded, and folded altogether where it is no longer that of a test.</summary>
    /// <param name="stack">The frames, innermost first.</param>
    /// <param name="test">The test that was running, or null.</param>
    internal static IReadOnlyList<StackEntry> Fold(IEnumerable<Frame> stack, string? test) => Fold([.. stack.SkipWhile(f => f.IsSanitizer)], 0, test);

    /// <summary>The folded stack below its top frame, which the access line shows already.</summary>
    internal static IReadOnlyList<StackEntry> Below(IEnumerable<Frame> stack, string? test) => Fold([.. stack.SkipWhile(f => f.IsSanitizer)], 1, test);

    /// <summary>The frames of a creation chain that a reader wants; once, where work queues its like again and again.</summary>
    internal static IEnumerable<Frame> Chain(IReadOnlyList<Frame> chain, string? test) => chain.Take(OfTest(chain, test)).Where(static f => !f.IsRuntime).Distinct();

    private static List<StackEntry> Fold(IReadOnlyList<Frame> stack, int start, string? test)
    {
        var entries = new List<StackEntry>();
        int end = OfTest(stack, test);
        for (int i = start; i < stack.Count; i++)
        {
            if (i < end && !stack[i].IsRuntime) { entries.Add(new StackEntry(stack[i], 0)); }
            else if (entries is [.., { Folded: > 0 } last]) { entries[^1] = last with { Folded = last.Folded + Math.Max(1, stack[i].Folded) }; }
            else { entries.Add(new StackEntry(default, Math.Max(1, stack[i].Folded))); }
        }

        return entries;
    }

    /// <summary>How many frames lead from the innermost one to the test's own method; where that is not among them, to the first one of the test platform. What comes below is how the platform
    /// got there, which may be from the end of any other test.</summary>
    private static int OfTest(IReadOnlyList<Frame> stack, string? test)
    {
        int end = stack.Count;
        for (int i = stack.Count - 1; i >= 0; i--)
        {
            if (stack[i].IsOfTestPlatform) { end = i; }
        }

        for (int i = 0; test is not null && i < stack.Count; i++)
        {
            if (stack[i].IsOf(test)) { return i + 1; }
        }

        return end;
    }
}
