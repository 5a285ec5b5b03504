using System.Text.Json;
using Ncsan.Reporting.Json;

namespace Ncsan.Reporting.Locks;

/// <summary>A lock class of a run.</summary>
/// <param name="Id">Its number in the run.</param>
/// <param name="Name">Where its locks live.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Unordered">Why the validator leaves it out of the order, or null.</param>
/// <param name="Contentions">How often somebody had to wait.</param>
/// <param name="WaitMicroseconds">How long, all together.</param>
/// <param name="MaxWaitMicroseconds">How long at most.</param>
public sealed record LockClass(int Id, string Name, string Kind, string? Unordered, long Contentions, long WaitMicroseconds, long MaxWaitMicroseconds);

/// <summary>One lock class was wanted while another was held.</summary>
/// <param name="From">The held one.</param>
/// <param name="To">The wanted one.</param>
/// <param name="Modes">Any of ER, EN, SR, SN, as in lockdep.</param>
/// <param name="Pairs">How many pairs of locks did so.</param>
/// <param name="HeldAt">Where the first had been taken, the first time.</param>
/// <param name="WantedAt">Where the second was wanted, the first time.</param>
/// <param name="Thread">Who did it first.</param>
public sealed record LockDependency(int From, int To, string Modes, long Pairs, string? HeldAt, string? WantedAt, string Thread);

/// <summary>A cycle that was not reported, and why.</summary>
/// <param name="Kind">What it would have been.</param>
/// <param name="Grade">Why it was not.</param>
/// <param name="Cycle">The classes.</param>
public sealed record WithheldCycle(string Kind, string Grade, string Cycle);

/// <summary>What a run knew about its locks: the record <c>locks</c> of a findings file.</summary>
public sealed record LockOrder(
    IReadOnlyList<LockClass> Classes, IReadOnlyList<LockDependency> Dependencies, IReadOnlyList<WithheldCycle> Withheld, long Chains, long ChainMisses, long Pairs)
{
    /// <summary>The last such record of a file, or null when there is none.</summary>
    public static LockOrder? Read(TextReader findings)
    {
        LockOrder? last = null;
        while (findings.ReadLine() is { } line)
        {
            if (!line.Contains("\"record\":\"locks\"", StringComparison.Ordinal)) { continue; }
            try
            {
                using var document = JsonDocument.Parse(line);
                last = Of(document.RootElement);
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
            {
                // A line that was cut off: what came before still counts.
            }
        }

        return last;
    }

    /// <summary>The numbers of the dependencies that are part of a cycle.</summary>
    public IReadOnlySet<int> InCycles()
    {
        var inCycles = new HashSet<int>();
        for (int i = 0; i < Dependencies.Count; i++)
        {
            if (Reaches(Dependencies[i].To, Dependencies[i].From)) { inCycles.Add(i); }
        }

        return inCycles;
    }

    private bool Reaches(int from, int to)
    {
        var seen = new HashSet<int> { from };
        var pending = new Stack<int>([from]);
        while (pending.TryPop(out int at))
        {
            if (at == to) { return true; }
            foreach (var edge in Dependencies) { if (edge.From == at && seen.Add(edge.To)) { pending.Push(edge.To); } }
        }

        return false;
    }

    private static LockOrder Of(JsonElement o) => new(
        o.List("classes", c => new LockClass((int)c.Number("id", 0), c.Text("name") ?? "", c.Text("kind") ?? "", c.Text("unordered"), c.Number("contentions", 0), c.Number("waitMicroseconds", 0), c.Number("maxWaitMicroseconds", 0))),
        o.List("dependencies", d => new LockDependency((int)d.Number("from", 0), (int)d.Number("to", 0), d.Text("modes") ?? "", d.Number("pairs", 0), d.Text("heldAt"), d.Text("wantedAt"), d.Text("thread") ?? "")),
        o.List("withheld", w => new WithheldCycle(w.Text("kind") ?? "", w.Text("grade") ?? "", w.Text("cycle") ?? "")),
        o.Number("chains", 0), o.Number("chainMisses", 0), o.Number("pairs", 0));
}
