using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>Locks that are held once: by lazy values, and by types while they are initialised.</summary>
/// <remarks>
/// Free: a lazy value that is there, as long as no factory in the process ever took a lock. Else a look at a table, and a chain key.
/// </remarks>
[System.Diagnostics.StackTraceHidden]
internal static class OneShots
{
    /// <summary>Whether something was ever taken or waited for under a lock that is held once. Else none of them can close a circle.</summary>
    internal static volatile bool Matter;

    /// <summary>Instead of <c>Lazy.Value</c> of a value that is not there yet. The lock is the one that the lazy value takes itself.</summary>
    internal static T Value<T>(Lazy<T> lazy, object? owner, string origin, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0 || LazyParts<T>.ModeOf(lazy) != LazyThreadSafetyMode.ExecutionAndPublication || LazyParts<T>.StateOf(lazy) is not { } state) { return lazy.Value; }
        if (thread.Spinning > 0) { Waits.Blocking(thread, "a lazy value", site); }
        bool taken = Monitor.TryEnter(state);
        LockEvents.Want(thread, lazy, owner, origin, LockKind.Lazy, WantMode.Exclusive, taken ? AcquireFlags.Try : AcquireFlags.None, site);
        if (!taken) { LockContention.Enter(thread, state, ref taken); }
        LockEvents.Taken(thread);
        bool runs = !lazy.IsValueCreated;
        if (runs) { thread.OneShots++; }
        try { return lazy.Value; }
        finally
        {
            if (runs) { Ran(thread, thread.FindObject(lazy)); }
            LockEvents.Releasing(thread, lazy, LockKind.Lazy, null, site);
            Monitor.Exit(state);
        }
    }

    /// <summary>A value that is there is asked for: nobody waits, but somebody could have, had it not been there yet.</summary>
    internal static void Touched(object lazy, int site)
    {
        if (LockBinding.Known(lazy) is { OneShot.EndedAt: > 0 } instance) { Touched(instance, site); }
    }

    internal static void Touched(LockInstance instance, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0 || (thread.Depth == 0 && instance.OneShot!.Again.Count == 0)) { return; }
        thread.Inside++;
        try { LockValidation.Validator.MightTake(thread, instance, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>A thread takes a lock again that it has. For whoever runs the same code without having it, that is a wait.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Again(HeldLocks thread, int index, int site)
    {
        thread.Inside++;
        try
        {
            LockInstance again = thread.Entries[index].Lock;
            for (int i = index + 1; i < thread.Depth; i++)
            {
                if (!thread.Entries[i].Class.Kind.IsOneShot()) { continue; }
                OneShot state = thread.Entries[i].Lock.OneShot ??= new OneShot();
                if (!state.Again.Exists(known => ReferenceEquals(known.Lock, again))) { state.Again.Add(new(again, WantMode.Exclusive, site, new StackTrace(2, fNeedFileInfo: false))); }
            }
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>What a lock of this kind was held for has ended. The entry is still on the stack.</summary>
    internal static void Ran(HeldLocks thread, int index)
    {
        thread.OneShots--;
        if (index < 0 || thread.Entries[index].Count > 1) { return; }
        thread.Inside++;
        try
        {
            LockInstance instance = thread.Entries[index].Lock;
            if (instance.After.Count == 0 && instance.OneShot is not { Again.Count: > 0 }) { return; }
            OneShot state = instance.OneShot ??= new OneShot();
            (state.Thread, state.By, state.Site) = (thread.Thread, thread.Flow, thread.Entries[index].Site);
            if (index > 0)
            {
                state.Stack = new StackTrace(2, fNeedFileInfo: false);
                state.Around = new HeldLocks(thread.Thread);
                for (int i = 0; i < index; i++) { state.Around.Push(thread.Entries[i].Lock, thread.Entries[i].Want, thread.Entries[i].Flags, thread.Entries[i].Site); }
            }

            state.EndedAt = Stopwatch.GetTimestamp();
            Matter = true;
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    private static class LazyParts<T>
    {
        private static readonly FieldInfo? s_state = typeof(Lazy<T>).GetField("_state", BindingFlags.Instance | BindingFlags.NonPublic);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Mode")]
        internal static extern LazyThreadSafetyMode? ModeOf(Lazy<T> lazy);

        internal static object? StateOf(Lazy<T> lazy) => s_state?.GetValue(lazy);
    }
}
