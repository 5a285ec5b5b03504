namespace Ncsan.Runtime.Locks.Reports;

/// <summary>Which of the ways that its edges were seen in closes a cycle: a report shows the stacks of those, not of a reader who keeps nobody waiting.</summary>
internal static class Witness
{
    /// <summary>The edges as they were first seen with modes by which each keeps the one before it waiting.</summary>
    internal static IReadOnlyList<Dependency> Of(IReadOnlyList<Dependency> cycle)
    {
        var chosen = new Dependency[cycle.Count];
        return Choose(cycle, chosen, 0) ? chosen : cycle;
    }

    private static bool Choose(IReadOnlyList<Dependency> cycle, Dependency[] chosen, int at)
    {
        if (at == cycle.Count) { return Blocks(chosen[^1], chosen[0]); }
        foreach (ushort mode in cycle[at].ModesInOrder)
        {
            chosen[at] = cycle[at].With(mode);
            if ((at == 0 || Blocks(chosen[at - 1], chosen[at])) && Choose(cycle, chosen, at + 1)) { return true; }
        }

        return false;
    }

    private static bool Blocks(Dependency wants, Dependency holds) => LockModes.Blocks(LockModes.Of(holds.Modes).Held, LockModes.Of(wants.Modes).Want, holds.From.Class.HasWriters);
}
