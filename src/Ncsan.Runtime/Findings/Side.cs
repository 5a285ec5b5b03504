using System.Diagnostics;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Findings;

/// <summary>One of the two accesses of a finding, as its own thread saw it.</summary>
internal sealed class Side
{
    private Side(SanitizedThread thread, int site, AccessKind kind, int size, StackTrace? stack) =>
        (Thread, Site, Kind, Size, Stack, Test) = (thread, site, kind, size, stack, stack is null ? null : CurrentTest.Name);

    internal SanitizedThread Thread { get; }

    internal int Site { get; }

    internal AccessKind Kind { get; }

    internal int Size { get; }

    /// <summary>Null when both sites are known already and only the count goes up.</summary>
    internal StackTrace? Stack { get; }

    /// <summary>The test that was running here.</summary>
    internal string? Test { get; }

    /// <summary>What the report calls the access; the words are KCSAN's.</summary>
    internal string KindText => (Kind & (AccessKind.Assert | AccessKind.Write | AccessKind.Compound)) switch
    {
        var k when (k & AccessKind.Assert) != 0 => (k & AccessKind.Write) != 0 ? "assert no accesses" : "assert no writes",
        var k when (k & AccessKind.Compound) != 0 => "read-write",
        AccessKind.Write => "write",
        _ => "read",
    };

    /// <summary>Captures the current thread's side. Without symbols: those are looked up by the reporter thread.</summary>
    internal static Side Capture(SanitizedThread thread, int site, AccessKind kind, int size, bool known) =>
        new(thread, site, kind, size, known ? null : new StackTrace(1, fNeedFileInfo: false));
}
