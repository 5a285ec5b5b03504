using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Waits that are not locks, and what runs while a lock is held. A map is named by key, line feed, and its name in source terms.
public static unsafe partial class Hooks
{
    /// <summary>An async method's body begins or is resumed.</summary>
    /// <param name="held">The field of the state machine that keeps what is held while it is suspended.</param>
    /// <param name="state">The state machine's state: -1 when it begins.</param>
    /// <param name="map">The method's map.</param>
    /// <param name="site">Where.</param>
    public static void AsyncEnter(ref object? held, int state, string map, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Enter(ref held, Maps.Of(map, site), state, site); }
    }

    /// <summary>An async method is about to be suspended.</summary>
    /// <param name="held">The field that keeps what is held meanwhile.</param>
    /// <param name="captures">It goes on where it was: on the current synchronization context, if there is one.</param>
    /// <param name="site">Where.</param>
    public static void AsyncSuspend(ref object? held, bool captures, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Suspend(ref held, captures, site); }
    }

    /// <summary>An async method's body returns. Pairs with the <see cref="AsyncEnter"/> of the same site.</summary>
    public static void AsyncLeave(string map, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Leave(Maps.Of(map, site)); }
    }

    /// <summary>SemaphoreSlim.WaitAsync is about to be called.</summary>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="owner">What it is a field of, or null.</param>
    /// <param name="origin">Where it was loaded from.</param>
    /// <param name="awaitedHere">Its task is awaited on the spot.</param>
    /// <param name="timed">It can come back without the semaphore.</param>
    /// <param name="site">Where.</param>
    public static void AsyncLockWanted(object? semaphore, object? owner, string origin, bool awaitedHere, bool timed, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Want(semaphore, owner, origin, awaitedHere, timed, site); }
    }

    /// <summary>The await of WaitAsync has come back.</summary>
    public static void AsyncLockTaken()
    {
        if (LockValidation.IsOn) { AsyncFlows.Got(taken: true); }
    }

    /// <summary>The await of a WaitAsync with a time-out has come back.</summary>
    public static void AsyncLockTakenIf(bool taken)
    {
        if (LockValidation.IsOn) { AsyncFlows.Got(taken); }
    }

    /// <summary>The thread is about to block until a task has ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="map">What it runs, if the code says so; else null.</param>
    /// <param name="asksResult">The call asks for a result, which one also does of tasks that are known to have ended.</param>
    /// <param name="site">Where.</param>
    public static void TaskWaiting(Task? task, string? map, bool asksResult, int site)
    {
        if (LockValidation.IsOn) { Waits.Task(task, map, asksResult, site); }
    }

    /// <summary>The thread is about to block until all of some tasks have ended.</summary>
    public static void TasksWaiting(Task?[]? tasks, int site)
    {
        if (!LockValidation.IsOn || tasks is null) { return; }
        foreach (Task? task in tasks) { Waits.Task(task, null, false, site); }
    }

    /// <summary>The thread is about to block until another has ended.</summary>
    public static void ThreadJoining(string map, int site)
    {
        if (LockValidation.IsOn) { Waits.Map(LockThreads.Current, Maps.Of(map, site), site); }
    }

    /// <summary>The thread is about to block for something that no lock stands for.</summary>
    public static void Blocking(string what, int site)
    {
        if (LockValidation.IsOn && LockThreads.CurrentOrNull is { Spinning: > 0 } thread) { Waits.Blocking(thread, what, site); }
    }

    /// <summary>The body of a task, thread or work item, to be run within its map.</summary>
    public static Action MapAction(Action body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody(body, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static ThreadStart MapThreadStart(ThreadStart body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody(body.Invoke, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static WaitCallback MapWaitCallback(WaitCallback body, string map, int site) => LockValidation.IsOn && body is not null ? new StateBody(body.Invoke, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static Func<T> MapFunc<T>(Func<T> body, string map, int site) => LockValidation.IsOn && body is not null ? new FuncBody<T>(body, Maps.Of(map, site), site).Run : body!;

    /// <summary>Instead of <c>TaskCompletionSource.SetResult</c>: what awaits the task can run inside of the call.</summary>
    public static void CompleteSource(TaskCompletionSource source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetResult(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetResult</c>.</summary>
    public static bool TryCompleteSource(TaskCompletionSource source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetResult(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetResult</c>.</summary>
    public static void CompleteSourceOf<T>(TaskCompletionSource<T> source, T result, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetResult(result); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetResult</c>.</summary>
    public static bool TryCompleteSourceOf<T>(TaskCompletionSource<T> source, T result, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetResult(result); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>CancellationTokenSource.Cancel</c>: the callbacks run inside of the call.</summary>
    public static void CancelSource(CancellationTokenSource source, string origin, int site)
    {
        int entered = source is { IsCancellationRequested: false } ? Waits.EnterInline(null, origin, site) : -1;
        try { source!.Cancel(); }
        finally { Waits.LeaveInline(entered, origin); }
    }
}
