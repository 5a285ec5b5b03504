namespace Ncsan.Runtime.Locks.Reports;

/// <summary>Edges of a circle in words: who held, ran or was on what, and what it wanted, waited for or entered.</summary>
internal static class LockWords
{
    /// <summary>A lock with its number, so that two of one class can be told apart; anything else by its name.</summary>
    internal static string Name(LockNode node) => node is LockInstance lockInstance && node.Class.Kind.IsLock() ? $"{node.Class.Name} #{lockInstance.Id}" : node.Class.Name;

    /// <summary>What happened when an edge was recorded.</summary>
    internal static string Step(Dependency edge)
    {
        string from = Name(edge.From), to = Name(edge.To);
        return edge.From.Class.Kind switch
        {
            LockKind.Map or LockKind.Context => $"{from} {Did(edge, to)}",
            LockKind.SynchronizationContext => $"code on {from} {Did(edge, to)}",
            _ when edge.To.Class.Kind == LockKind.Context => $"{from} was held{AsHeld(edge)} where {to} may be entered",
            _ => $"{from} was held{AsHeld(edge)} while {Wanted(edge, to)}",
        };
    }

    /// <summary>How the thread that recorded an edge had come to hold, or to run, its first end.</summary>
    internal static string Before(LockNode from) => from.Class.Kind switch
    {
        LockKind.Map or LockKind.Context => $"had entered {from.Class.Name}",
        LockKind.SynchronizationContext => $"had got its turn on {from.Class.Name}",
        _ => $"had taken {Name(from)}",
    };

    /// <summary>The first step of a thread that walks an edge.</summary>
    internal static string First(Dependency edge) => edge.From.Class.Kind switch
    {
        LockKind.Map or LockKind.Context => $"runs {edge.From.Class.Name}",
        LockKind.SynchronizationContext => $"runs on {Name(edge.From)}",
        _ => $"takes {Name(edge.From)}{AsHeld(edge)}",
    };

    /// <summary>Its second, which never ends.</summary>
    internal static string Second(Dependency edge) => edge.To.Class.Kind switch
    {
        LockKind.Map => $"waits for the end of {edge.To.Class.Name}",
        LockKind.Context => $"enters {edge.To.Class.Name}",
        LockKind.SynchronizationContext => $"waits for its turn on {Name(edge.To)}",
        _ => $"waits for {Name(edge.To)}{AsWanted(edge)}",
    };

    /// <summary>How a lock is held, where there is more than one way.</summary>
    internal static string Mode(HoldMode mode) => mode switch
    {
        HoldMode.Shared => " as a reader",
        HoldMode.Upgradeable => " upgradeably",
        _ => "",
    };

    private static string Did(Dependency edge, string to) => edge.To.Class.Kind switch
    {
        LockKind.Map => $"waited for the end of {to}",
        LockKind.Context => $"may enter {to}",
        LockKind.SynchronizationContext => $"waited for a turn on {to}",
        _ => $"took {to}{AsWanted(edge)}",
    };

    private static string Wanted(Dependency edge, string to) => edge.To.Class.Kind switch
    {
        LockKind.Map => $"the end of {to} was waited for",
        LockKind.SynchronizationContext => $"a turn on {to} was waited for",
        _ => $"{to} was wanted{AsWanted(edge)}",
    };

    private static string AsHeld(Dependency edge) => As(edge.From, LockModes.OnlyHold(edge.Modes));

    private static string AsWanted(Dependency edge) => As(edge.To, LockModes.OnlyWant(edge.Modes)?.Held());

    /// <summary>How a lock is held whose kind has more than one way.</summary>
    internal static string As(LockNode node, HoldMode? mode)
        => node.Class.Kind is not (LockKind.ReaderWriterLockSlim or LockKind.ReaderWriterLock) || mode is not { } only ? "" : only == HoldMode.Exclusive ? " as the writer" : Mode(only);
}
