using System.Runtime.CompilerServices;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>What a thread says about its own accesses: ignore scopes, atomic regions, assertions that last.</summary>
internal static unsafe class Scopes
{
    internal static void BeginIgnoring() => SanitizedThread.Current.Ignoring++;

    internal static void EndIgnoring()
    {
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Ignoring > 0) { thread.Ignoring--; }
    }

    internal static void BeginAtomic() => SanitizedThread.Current.AtomicNesting++;

    internal static void EndAtomic()
    {
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.AtomicNesting > 0) { thread.AtomicNesting--; }
    }

    internal static void BeginFlatAtomic() => SanitizedThread.Current.IsInFlatAtomic = true;

    internal static void EndFlatAtomic() => SanitizedThread.Current.IsInFlatAtomic = false;

    internal static void NextAtomic(int count)
    {
        SanitizedThread thread = SanitizedThread.Current;
        thread.SetAttention(thread.AtomicNext > 0, count > 0);
        thread.AtomicNext = Math.Max(0, count);
    }

    internal static void AssertBits<T>(ref T location, T mask, int site)
        where T : unmanaged
    {
        SanitizedThread thread = SanitizedThread.Current;
        new ReadOnlySpan<byte>(&mask, Math.Min(sizeof(T), sizeof(ulong))).CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<ulong>(ref thread.AccessMask)));
        Detector.CheckValue(ref location, AccessKind.Read | AccessKind.Assert, site);
        thread.AccessMask = 0;
        NextAtomic(1);
    }

    /// <summary>Asserts now, and again at every access of this thread until the end of the scope.</summary>
    internal static void BeginAsserting<T>(ref T location, AccessKind kind, int site)
    {
        SanitizedThread thread = SanitizedThread.Current;
        fixed (byte* address = &Unsafe.As<T, byte>(ref location))
        {
            thread.Asserted.Add(new HeldAccess((nuint)address, Math.Min(Unsafe.SizeOf<T>(), WatchWord.MaxSize), kind, site, GC.CollectionCount(0), Sampler.Window));
        }

        thread.SetAttention(thread.Asserted.Count > 1, true);
        Detector.CheckValue(ref location, kind, site);
    }

    internal static void EndAsserting()
    {
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Asserted.Count == 0) { return; }
        thread.Asserted.RemoveAt(thread.Asserted.Count - 1);
        thread.SetAttention(true, thread.Asserted.Count > 0);
    }
}
