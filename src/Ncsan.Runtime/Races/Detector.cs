namespace Ncsan.Runtime.Races;

/// <summary>Decides what becomes of an access: consume a watchpoint that matches it, set one up, or nothing.</summary>
internal static class Detector
{
    internal static void Check(ref byte location, int size, AccessKind kind, int site) { }

    internal static void CheckValue<T>(ref T location, AccessKind kind, int site) { }

    internal static void CheckRange(ref byte location, nuint size, AccessKind kind, int site) { }

    internal static void CheckCollection(object? collection, AccessKind kind, int site) { }

    internal static void Barrier(BarrierKind kind) { }
}
