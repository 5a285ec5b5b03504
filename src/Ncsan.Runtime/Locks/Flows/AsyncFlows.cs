using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>
/// The locks of an async flow: they live in its state machine while it is suspended and on the stack of the thread that runs it otherwise.
/// </summary>
/// <remarks>Not an AsyncLocal: that flows into work that is forked, and is lost when a helper acquires for its caller.</remarks>
internal static class AsyncFlows
{
    /// <summary>An async method begins (state -1) or is resumed. What it held when it was suspended is taken back from its field.</summary>
    internal static void Enter<TBuilder>(ref object? held, ref TBuilder builder, LockInstance map, int state, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return; }

        // An iterator is called again and again, by whoever awaits its next element. What it holds while it gives one is held by him.
        bool iterates = typeof(TBuilder) == typeof(AsyncIteratorMethodBuilder);
        if (iterates) { map.Class.HandsOn = true; }
        bool resumed = state != -1 && !(thread.AwaitsNext && iterates);
        if (resumed && SynchronizationContext.Current is not null && Contexts.Current() is { } pump) { thread.Push(pump.Lock, WantMode.Exclusive, AcquireFlags.None, site); }
        bool isRun = !resumed && thread.Runs is not null && thread.RunsAt == thread.Depth;
        AcquireFlags how = resumed ? AcquireFlags.Resumed : isRun ? AcquireFlags.None : thread.AwaitsNext ? AcquireFlags.Begins | AcquireFlags.Awaited : AcquireFlags.Begins;
        thread.Push(map, WantMode.Exclusive, AcquireFlags.Mark | how, site, resumed ? SuspendedFlow.TaskOfBuilder(ref builder) : isRun ? thread.Runs : null);
        thread.AwaitsNext = false;
        if (resumed)
        {
            thread.Switch();
            thread.Entries[thread.Depth - 1].Outer = thread.Flow;
            thread.Flow = held as FlowOrigin ?? (held as SuspendedFlow)?.Origin;
        }

        if (held is not SuspendedFlow flow) { return; }
        held = null;
        flow.Resumed();
        foreach (HeldLock entry in flow.Entries) { thread.PushAgain(entry); }
        HandOns.Take(thread, flow.Giver);
    }

    /// <summary>The method is about to be suspended: from the next instruction on another thread may run it.</summary>
    internal static void Suspend<TAwaiter>(ref object? held, ref TAwaiter awaiter, bool captures, int site)
    {
        HeldLocks thread = LockThreads.Current;
        int mark = thread.TopMark();
        if (mark < 0 || thread.Inside != 0) { return; }
        held = thread.Flow;
        thread.Switch();
        Pump? pump = captures ? Contexts.Current() : null;
        if (pump is not null) { LockValidation.Validator.Wait(thread, pump.Lock, AcquireFlags.Async, site); }
        bool awaited = (thread.Entries[mark].Flags & AcquireFlags.Awaited) != 0 && mark > 0;
        object? source = SuspendedFlow.SourceOf(ref awaiter);
        bool mayTake = HandOns.MayGive(source);
        if (thread.Depth - mark == 1 && pump is null && !awaited && !mayTake) { return; }
        List<HeldLock> saved = awaited ? Inherited(thread, mark) : [];
        int inherited = saved.Count;
        for (int i = thread.Depth - 1; i > mark; i--)
        {
            ref HeldLock entry = ref thread.Entries[i];
            if ((entry.Flags & AcquireFlags.Async) != 0 && !entry.IsOver) { saved.Insert(inherited, entry); }
            else if (entry.Class.Kind.IsSemaphore() && !entry.IsOver) { saved.Insert(inherited, entry with { Flags = entry.Flags | AcquireFlags.Async }); }
            else { LockValidation.Validator.LeftAtAwait(thread, i, site); }
            thread.RemoveAt(i);
        }

        if (saved.Count == 0 && pump is null && !mayTake) { return; }
        var flow = new SuspendedFlow([.. saved], thread.Entries[mark].Lock, site) { Awaited = source as Task, Giver = mayTake ? source : null, Pump = pump, Origin = thread.Flow };
        held = flow;
        flow.Suspended();
    }

    /// <summary>What the flows hold that await this one on the spot, oldest first.</summary>
    private static List<HeldLock> Inherited(HeldLocks thread, int mark)
    {
        var held = new List<HeldLock>();
        for (int i = mark - 1; i >= 0 && (thread.Entries[mark].Flags & AcquireFlags.Awaited) != 0; i--)
        {
            ref HeldLock entry = ref thread.Entries[i];
            if ((entry.Flags & AcquireFlags.Mark) != 0) { mark = i; }
            else if (entry.Class.Kind.IsSemaphore() && (entry.Flags & AcquireFlags.Pending) == 0 && !entry.IsOver) { held.Insert(0, entry with { Flags = entry.Flags | AcquireFlags.Async | AcquireFlags.Inherited, Object = null }); }
        }

        return held;
    }

    /// <summary>
    /// The method is about to complete its task, or an iterator to give an element. A resumed one hands what it took on to whoever awaits that, who may go on inside of
    /// this very call; so what it took along of its caller's goes as well.
    /// </summary>
    internal static void Completing(HeldLocks thread, object? iterator = null)
    {
        int mark = thread.TopMark();
        if (mark < 0 || thread.Inside != 0 || (thread.Entries[mark].Flags & AcquireFlags.Resumed) == 0) { return; }
        LockInstance map = thread.Entries[mark].Lock;
        object? giver = iterator ?? (IsTest(map) ? null : thread.Entries[mark].Object);
        for (int i = thread.Depth - 1; i > mark; i--)
        {
            HeldLock entry = thread.Entries[i];
            if ((entry.Flags & AcquireFlags.Async) == 0 || (entry.Flags & AcquireFlags.Pending) != 0) { continue; }
            bool own = (entry.Flags & AcquireFlags.Inherited) == 0;
            if (own && giver is null)
            {
                HandOns.Lose(thread, i, map.Class.Name);
                continue;
            }

            if (own) { HandOns.Give(giver!, map, entry); }
            thread.RemoveAt(i);
        }
    }

    /// <summary>Whether it is the test that the flow is in, of which nobody takes anything over.</summary>
    private static bool IsTest(LockInstance map) => Threads.CurrentTest.Name is { } test && map.Class.Name.IndexOf('(', StringComparison.Ordinal) is var end and > 0
        && test.Replace('+', '.').EndsWith("." + map.Class.Name[..end], StringComparison.Ordinal);

    /// <summary>The method is about to fail: what it took is left to whoever releases it, and what it took along is no longer its own.</summary>
    internal static void Failing(HeldLocks thread)
    {
        int mark = thread.TopMark();
        if (mark < 0 || thread.Inside != 0 || (thread.Entries[mark].Flags & AcquireFlags.Resumed) == 0) { return; }
        for (int i = thread.Depth - 1; i > mark; i--)
        {
            HeldLock entry = thread.Entries[i];
            if ((entry.Flags & AcquireFlags.Async) == 0) { continue; }
            if ((entry.Flags & (AcquireFlags.Inherited | AcquireFlags.Pending)) == 0) { HandOns.Lose(thread, i, thread.Entries[mark].Class.Name + " failed and"); } else { thread.RemoveAt(i); }
        }
    }

    /// <summary>The method returns to whoever called it or resumed it.</summary>
    internal static void Leave(LockInstance map)
    {
        HeldLocks thread = LockThreads.Current;
        int mark = thread.TopMark();
        if (mark < 0 || thread.Inside != 0 || !ReferenceEquals(thread.Entries[mark].Lock, map)) { return; }
        bool resumed = (thread.Entries[mark].Flags & AcquireFlags.Resumed) != 0;
        if (resumed) { thread.Flow = thread.Entries[mark].Outer; }
        for (int i = thread.Depth - 1; i > mark; i--)
        {
            HeldLock entry = thread.Entries[i];
            if ((entry.Flags & AcquireFlags.Async) == 0)
            {
                // On which thread its awaiter goes on nobody knows, unless a context says so.
                if (resumed && SynchronizationContext.Current is null && entry.Class.Kind.IsThreadBound()) { FlowHolds.LeftOnThread(thread, i, map.Class.Name); }
                continue;
            }

            if ((entry.Flags & AcquireFlags.Inherited) != 0) { thread.RemoveAt(i); continue; }
            bool pending = (entry.Flags & AcquireFlags.Pending) != 0;

            // Run by its caller, it hands what it took on to him; resumed, it has failed with it.
            if (!pending && !resumed)
            {
                map.Class.HandsOn = true;
                continue;
            }

            if (pending) { thread.RemoveAt(i); } else { HandOns.Lose(thread, i, map.Class.Name); }
        }

        thread.RemoveAt(mark);
        if (!resumed && thread.Depth > mark) { (thread.LeftMap, thread.LeftDepth) = (map, mark); }
        if (resumed && mark > 0 && thread.Entries[mark - 1].Class.Kind == LockKind.SynchronizationContext) { thread.RemoveAt(mark - 1); }
    }

    /// <summary>A semaphore is asked for by an await. It counts as held until the await turns out otherwise.</summary>
    internal static void Want(HeldLocks thread, object? semaphore, object? owner, string origin, bool awaitedHere, int how, int site)
    {
        if (semaphore is null || thread.Inside != 0) { return; }
        if (!awaitedHere && !(LockCall.IsForwarded(how) && thread.AwaitsForward))
        {
            LockInstance instance = LockBinding.Of(thread, semaphore, owner, origin, LockKind.SemaphoreSlim, site);
            LockValidation.Validator.Unorder(instance.Class, "the task of its acquire is not awaited on the spot");
            return;
        }

        thread.AwaitsForward = thread.WantsAgain = false;

        // The last await of it was cancelled, or it would not be asked for again.
        int stale = thread.FindObject(semaphore);
        if (stale >= 0 && (thread.Entries[stale].Flags & AcquireFlags.Pending) != 0) { thread.RemoveAt(stale); }
        if (semaphore is SemaphoreSlim { CurrentCount: > 1 and var room } several) { LockCall.Throttle(thread, several, room, owner, origin, site); }
        WantMode want = LockCall.Mode(how);
        AcquireFlags flags = AcquireFlags.Async | LockCall.Flags(how);
        if (LockEvents.Validate(thread, semaphore, owner, origin, LockKind.SemaphoreSlim, ref want, flags, site) is not { } wanted) { return; }
        if (LockCall.IsCounted(how)) { FlowHolds.Counted(thread, wanted); }
        if (!LockCall.IsReleased(how)) { HandOns.Expect(thread); }
        else if (!wanted.Class.LooksBalanced) { wanted.Class.LooksBalanced = true; }
        thread.Push(wanted, want, flags | AcquireFlags.Pending, site, semaphore);
        if (thread.WantsAgain) { thread.Entries[thread.Depth - 1].Count = 2; }
    }

    /// <summary>The await has come back with the semaphore, or without.</summary>
    internal static void Got(HeldLocks thread, bool taken)
    {
        if (thread.Inside != 0) { return; }
        int index = thread.Depth - 1;
        while (index >= 0 && (thread.Entries[index].Flags & AcquireFlags.Pending) == 0) { index--; }
        if (index < 0) { return; }
        ref HeldLock entry = ref thread.Entries[index];
        if (!taken)
        {
            thread.Missed = entry.Lock;
            thread.RemoveAt(index);
            return;
        }

        if (entry.Count > 1) { LockValidation.Validator.GotAgain(entry.Lock, entry.Site); }
        thread.Hold(index);
        LockCall.TakenSemaphore(thread, thread.Depth - 1);
    }
}
