// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

namespace Ncsan.Runtime.Locks;

/// <summary>Waits that are not locks, as the hooks announce them.</summary>
internal static class Waits
{
    internal static void Task(Task? task, string? map, bool asksResult, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (task is null || thread.Inside != 0) { return; }
        if (thread.Spinning > 0 && !task.IsCompleted) { Blocking(thread, "a task", site); }
        if (asksResult && task.IsCompleted) { return; }
        LockInstance? context = task.IsCompleted ? null : Contexts.Current();
        if (thread.Depth == 0 && context is null) { return; }
        LockInstance? waited = map is not null ? Maps.Of(map, site) : Maps.OfTask(task);
        if (waited is null) { return; }
        if (context is not null) { thread.Push(context, WantMode.Exclusive, AcquireFlags.None, site); }
        Map(thread, waited, site);
        if (context is not null) { thread.RemoveAt(thread.Depth - 1); }
    }

    internal static void Map(HeldLocks thread, LockInstance map, int site)
    {
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try { LockValidation.Validator.Wait(thread, map, AcquireFlags.None, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    internal static void Blocking(HeldLocks thread, string what, int site)
    {
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try { LockValidation.Validator.CheckBlocking(thread, what, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>Something completes whose continuations may run inside of the call. Gives the depth to leave at, or -1 for nothing to leave.</summary>
    internal static int EnterInline(Task? completing, string origin, int site)
    {
        if (!LockValidation.IsOn || completing is { IsCompleted: true } || completing?.CreationOptions.HasFlag(TaskCreationOptions.RunContinuationsAsynchronously) == true) { return -1; }
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return -1; }
        thread.Inside++;
        try { return LockValidation.Validator.Enter(thread, Contexts.Of(origin), site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        return -1;
    }

    internal static void LeaveInline(int depth, string origin)
    {
        if (depth >= 0) { LockValidation.Validator.Leave(LockThreads.Current, Contexts.Of(origin)); }
    }
}
