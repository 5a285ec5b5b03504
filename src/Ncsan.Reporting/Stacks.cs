namespace Ncsan.Reporting;

/// <summary>A line of a folded stack: a frame, or a number of runtime frames in its place.</summary>
internal readonly record struct StackEntry(Frame Frame, int Folded);

/// <summary>Stacks as a reader wants them.</summary>
internal static class Stacks
{
    /// <summary>The stack without the sanitizer's own frames on top, runs of runtime frames folded.</summary>
    internal static IReadOnlyList<StackEntry> Fold(IEnumerable<Frame> stack)
    {
        var entries = new List<StackEntry>();
        foreach (Frame frame in stack.SkipWhile(f => f.IsSanitizer))
        {
            if (!frame.IsRuntime) { entries.Add(new StackEntry(frame, 0)); }
            else if (entries is [.., { Folded: > 0 } last]) { entries[^1] = last with { Folded = last.Folded + Math.Max(1, frame.Folded) }; }
            else { entries.Add(new StackEntry(default, Math.Max(1, frame.Folded))); }
        }

        return entries;
    }

    /// <summary>The folded stack below its top frame, which the access line shows already.</summary>
    internal static IReadOnlyList<StackEntry> Below(IEnumerable<Frame> stack) => Fold(stack.SkipWhile(f => f.IsSanitizer).Skip(1));
}
