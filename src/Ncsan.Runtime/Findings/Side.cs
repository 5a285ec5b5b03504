using System.Diagnostics;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Findings;

/// <summary>One of the two accesses of a finding, as its own thread saw it.</summary>
internal sealed class Side
{
    private Side(in Access access, nuint address, StackTrace? stack)
    {
        (Thread, Site, Kind, Size) = (access.Thread, access.Site, access.Kind, access.Size);
        ThreadName = stack is null ? "" : Thread.Name;
        Actor = stack is not null && Candidates.AreKept ? Actors.Current(Thread) : null;
        (Stack, TestNumber) = (stack, stack is null ? 0 : CurrentTest.Number);
        LocksHeld = stack is not null && Locks.LockThreads.CurrentOrNull is { Depth: > 0 } held ? Locks.Validator.HeldBy(held) : [];
        IsUnaligned = Size is 2 or 4 or 8 && address % (nuint)Size != 0;
        Visit = access.Visit;
    }

    /// <summary>The how many-th execution of its site it was, or 0 where that is not known.</summary>
    internal int Visit { get; }

    /// <summary>The thread stood here when the other one came.</summary>
    internal bool Waited { get; init; }

    /// <summary>The locks that the thread held.</summary>
    internal IReadOnlyList<HeldLockInfo> LocksHeld { get; }

    internal SanitizedThread Thread { get; }

    /// <summary>On whose behalf the thread ran, where that is kept.</summary>
    internal Actor? Actor { get; }

    /// <summary>Its name at the time.</summary>
    internal string ThreadName { get; }

    internal int Site { get; }

    internal AccessKind Kind { get; }

    internal int Size { get; }

    /// <summary>Null when both sites are known already and only the count goes up.</summary>
    internal StackTrace? Stack { get; }

    /// <summary>The location is not a multiple of its size, so that even a word can be torn.</summary>
    internal bool IsUnaligned { get; }

    /// <summary>The test that was running here.</summary>
    internal string? Test => TestNumber == 0 ? null : CurrentTest.NameOf(TestNumber);

    /// <summary>Its number, or 0.</summary>
    internal int TestNumber { get; }

    /// <summary>What the report calls the access; the words are KCSAN's.</summary>
    internal string KindText => (Kind & (AccessKind.Assert | AccessKind.Write | AccessKind.Compound)) switch
    {
        var k when (k & AccessKind.Assert) != 0 => (k & AccessKind.Write) != 0 ? "assert no accesses" : "assert no writes",
        var k when (k & AccessKind.Compound) != 0 => "read-write",
        AccessKind.Write => "write",
        _ => "read",
    };

    internal bool Is(AccessKind bits) => (Kind & bits) != 0;

    /// <summary>Captures the current thread's side. Without symbols: those are looked up by the reporter thread.</summary>
    internal static Side Capture(in Access access, nuint address, bool known, bool waited = false) =>
        new(access, address, known ? null : new StackTrace(1, fNeedFileInfo: false)) { Waited = waited };
}
