// The program's own tasks are handed through; none is started.
#pragma warning disable RS0030

using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Waits that are not locks, and what runs while a lock is held. A map is named by key, line feed, and its name in source terms.
public static unsafe partial class Hooks
{
    /// <summary>An async method's body begins or is resumed.</summary>
    /// <param name="held">The field of the state machine that keeps what is held while it is suspended.</param>
    /// <param name="builder">The builder of the state machine, which keeps the method's task once it has been suspended.</param>
    /// <param name="state">The state machine's state: -1 when it begins.</param>
    /// <param name="map">The method's map.</param>
    /// <param name="site">Where.</param>
    public static void AsyncEnter<TBuilder>(ref object? held, ref TBuilder builder, int state, string map, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Enter(ref held, ref builder, Maps.Of(map, site), state, site); }
    }

    /// <summary>An async method is about to be suspended.</summary>
    /// <param name="held">The field that keeps what is held meanwhile.</param>
    /// <param name="awaiter">What it awaits.</param>
    /// <param name="captures">It goes on where it was: on the current synchronization context, if there is one.</param>
    /// <param name="site">Where.</param>
    public static void AsyncSuspend<TAwaiter>(ref object? held, ref TAwaiter awaiter, bool captures, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Suspend(ref held, ref awaiter, captures, site); }
    }

    /// <summary>An async method's body returns. Pairs with the <see cref="AsyncEnter"/> of the same site.</summary>
    public static void AsyncLeave(string map, int site)
    {
        if (LockValidation.IsOn) { AsyncFlows.Leave(Maps.Of(map, site)); }
    }

    /// <summary>An async method is about to complete its task, inside of which whoever awaits it may go on.</summary>
    public static void AsyncCompleting()
    {
        Threads.Actors.Completing();
        if (LockValidation.IsOn && LockThreads.CurrentOrNull is { Depth: > 1 } thread) { AsyncFlows.Completing(thread); }
    }

    /// <summary>An async method is about to fail its task.</summary>
    public static void AsyncFailing()
    {
        if (LockValidation.IsOn && LockThreads.CurrentOrNull is { Depth: > 1 } thread) { AsyncFlows.Failing(thread); }
    }

    /// <summary>An async iterator is about to give an element or to end, inside of which whoever awaits that may go on.</summary>
    public static void AsyncYielding(object iterator)
    {
        if (LockValidation.IsOn && LockThreads.CurrentOrNull is { Depth: > 1 } thread) { AsyncFlows.Completing(thread, iterator); }
    }

    /// <summary>What is called next gives a task that is awaited on the spot.</summary>
    public static void AwaitedCall()
    {
        if (LockValidation.IsOn && LockThreads.CurrentOrNull is { } thread) { thread.AwaitsNext = true; }
    }

    /// <summary>The call has come back with its task.</summary>
    public static void AwaitedCallDone()
    {
        if (LockThreads.CurrentOrNull is { } thread) { thread.AwaitsNext = false; }
    }

    /// <summary>A method is about to be called that does nothing but call SemaphoreSlim.WaitAsync, and whose task is awaited on the spot.</summary>
    public static void ForwardAwaited()
    {
        if (LockValidation.IsOn) { LockThreads.Current.AwaitsForward = true; }
    }

    /// <summary>It has come back with its task.</summary>
    public static void ForwardAwaitedDone()
    {
        if (LockThreads.CurrentOrNull is { } thread) { thread.AwaitsForward = false; }
    }

    /// <summary>SemaphoreSlim.WaitAsync is about to be called.</summary>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="owner">What it is a field of, or null.</param>
    /// <param name="origin">Where it was loaded from.</param>
    /// <param name="awaitedHere">Its task is awaited on the spot.</param>
    /// <param name="how">A <see cref="LockCall"/>.</param>
    /// <param name="site">Where.</param>
    /// <param name="thread">What <see cref="LockThread"/> gave, or null.</param>
    public static void AsyncLockWanted(object? semaphore, object? owner, string origin, bool awaitedHere, int how, int site, object? thread)
    {
        if (LockValidation.IsOn) { AsyncFlows.Want(LockThreads.Of(thread), semaphore, owner, origin, awaitedHere, how, site); }
    }

    /// <summary>The await of WaitAsync has come back.</summary>
    public static void AsyncLockTaken(object? thread)
    {
        if (LockValidation.IsOn) { AsyncFlows.Got(LockThreads.Of(thread), taken: true); }
    }

    /// <summary>The await of a WaitAsync with a time-out has come back.</summary>
    public static void AsyncLockTakenIf(bool taken, object? thread)
    {
        if (LockValidation.IsOn) { AsyncFlows.Got(LockThreads.Of(thread), taken); }
    }

    /// <summary>The thread is about to block until a task has ended. Without a time limit this does the waiting itself, so that it is known to wait.</summary>
    /// <param name="task">The task.</param>
    /// <param name="map">What it runs, if the code says so; else null.</param>
    /// <param name="how">A <see cref="WaitCall"/>.</param>
    /// <param name="site">Where.</param>
    public static void TaskWaiting(Task? task, string? map, int how, int site)
    {
        if (!LockValidation.IsOn) { return; }
        Waits.Task(task, map, (WaitCall)how, site);
        if ((how & (int)WaitCall.Forever) != 0 && task is { IsCompleted: false }) { Waits.Until(task, site); }
        if (HandOns.AnyGiven && task is { IsCompleted: true }) { HandOns.Take(LockThreads.Current, task); }
    }

    /// <summary>The same for the task behind a value task, if there is one.</summary>
    public static void ValueTaskWaiting(ref ValueTask task, string? map, int site) => TaskWaiting(Waits.TaskOf(ref task), map, (int)(WaitCall.AsksResult | WaitCall.Forever), site);

    /// <inheritdoc cref="ValueTaskWaiting"/>
    public static void ValueTaskWaitingOf<T>(ref ValueTask<T> task, string? map, int site) => TaskWaiting(Waits.TaskOf(ref task), map, (int)(WaitCall.AsksResult | WaitCall.Forever), site);

    /// <summary>The thread is about to block until all of some tasks have ended.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="how">A <see cref="WaitCall"/>.</param>
    /// <param name="site">Where.</param>
    public static void TasksWaiting(Task?[]? tasks, int how, int site)
    {
        if (LockValidation.IsOn && tasks is not null) { Waits.Tasks(tasks, (WaitCall)how, site); }
    }

    /// <inheritdoc cref="TasksWaiting"/>
    public static void TaskSpanWaiting(ReadOnlySpan<Task> tasks, int how, int site)
    {
        if (LockValidation.IsOn) { Waits.Tasks(tasks.ToArray(), (WaitCall)how, site); }
    }

    /// <summary>The same for a sequence, which is looked at only if that runs no code of the program.</summary>
    public static void TaskSequenceWaiting(IEnumerable<Task>? tasks, int how, int site)
    {
        if (!LockValidation.IsOn) { return; }
        if (tasks is Task[] array) { Waits.Tasks(array, (WaitCall)how, site); }
        if (tasks is List<Task> list) { Waits.Tasks(list.ToArray(), (WaitCall)how, site); }
    }

    /// <summary>Instead of <c>SynchronizationContext.Send</c>, which comes back when the context has run the body.</summary>
    public static void SendTo(SynchronizationContext context, SendOrPostCallback body, object? state, int site)
    {
        if (!LockValidation.IsOn || context is null || body is null || !Contexts.MayBePump(context))
        {
            context!.Send(body!, state);
            return;
        }

        HeldLocks thread = LockThreads.Current;
        SynchronizationContext? outer = thread.SendsTo;
        thread.SendsTo = context;
        try { context.Send(new PostedBody(body).Run, state); }
        finally
        {
            thread.SendsTo = outer;
            Waits.Sent(thread, context, site);
        }
    }

    /// <summary>What a synchronization context is given to run, to be run within it.</summary>
    public static SendOrPostCallback PostedBody(SynchronizationContext? context, SendOrPostCallback body)
        => LockValidation.IsOn && body is not null && context is not null && Contexts.MayBePump(context) ? new PostedBody(body).Run : body!;

    /// <summary>The thread is about to block until another has ended; does the waiting itself.</summary>
    public static void ThreadJoining(Thread? thread, string? map, int site)
    {
        if (!LockValidation.IsOn || thread is null) { return; }
        Waits.Join(LockThreads.Current, thread, map, site);
        Waits.Until(thread, site);
        Threads.Creation.Joined(thread);
    }

    /// <summary>The thread is about to block for something that no lock stands for.</summary>
    /// <param name="what">What it waits for.</param>
    /// <param name="forever">It is the signal of somebody, whoever that is, for as long as it takes; <see cref="AwaitedDone"/> follows.</param>
    /// <param name="site">Where.</param>
    public static void Blocking(string what, bool forever, int site)
    {
        if (!LockValidation.IsOn) { return; }
        HeldLocks thread = LockThreads.Current;
        if (thread.Spinning > 0) { Waits.Blocking(thread, what, site); }
        if (forever) { Waits.ForSignal(thread, what, site); }
    }

    /// <summary>Code begins that others wait for: a finalizer, a type initialiser.</summary>
    public static void MapEnter(string map, int site)
    {
        if (LockValidation.IsOn) { Waits.EnterMap(map, site); }
    }

    /// <summary>It ends.</summary>
    public static void MapLeave(string map, int site)
    {
        if (LockValidation.IsOn) { Waits.LeaveMap(map, site); }
    }

    /// <summary>The thread is about to block until all code of a map has ended: until the finalizers have run.</summary>
    /// <param name="map">The map.</param>
    /// <param name="told"><see cref="AwaitedDone"/> follows.</param>
    /// <param name="site">Where.</param>
    public static void MapWaiting(string map, bool told, int site)
    {
        if (!LockValidation.IsOn) { return; }
        HeldLocks thread = LockThreads.Current;
        LockInstance waited = Maps.Of(map, site);
        Waits.Map(thread, waited, site);
        if (told && thread.Depth > 0) { Waits.Until(thread, waited, site); }
    }

    /// <summary>The body of a task, thread or work item, to be run within its map.</summary>
    public static Action MapAction(Action body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody(body, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static ThreadStart MapThreadStart(ThreadStart body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody(body.Invoke, Maps.Of(map, site), site, mayLoseContext: true) { IsThread = true }.Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static ParameterizedThreadStart MapParameterizedThreadStart(ParameterizedThreadStart body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody<object?>(body.Invoke, Maps.Of(map, site), site) { IsThread = true }.Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static WaitCallback MapWaitCallback(WaitCallback body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody<object?>(body.Invoke, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static TimerCallback MapTimerCallback(TimerCallback body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody<object?>(body.Invoke, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static Action<T> MapAction1<T>(Action<T> body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody<T>(body, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static Action<T1, T2> MapAction2<T1, T2>(Action<T1, T2> body, string map, int site) => LockValidation.IsOn && body is not null ? new ActionBody<T1, T2>(body, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static Func<T> MapFunc<T>(Func<T> body, string map, int site) => LockValidation.IsOn && body is not null ? new FuncBody<T>(body, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static Func<T, TResult> MapFunc2<T, TResult>(Func<T, TResult> body, string map, int site) => LockValidation.IsOn && body is not null ? new FuncBody<T, TResult>(body, Maps.Of(map, site), site).Run : body!;

    /// <inheritdoc cref="MapAction"/>
    public static Func<T1, T2, TResult> MapFunc3<T1, T2, TResult>(Func<T1, T2, TResult> body, string map, int site) => LockValidation.IsOn && body is not null ? new FuncBody<T1, T2, TResult>(body, Maps.Of(map, site), site).Run : body!;

    /// <summary>The body of a task over an async method, so that the task says what it waits for. See <see cref="AsyncBodyStarted"/>.</summary>
    public static Func<Task> AsyncBody(Func<Task> body) => LockValidation.IsOn && body is not null ? new AsyncBody<Task>(body).Run : body!;

    /// <inheritdoc cref="AsyncBody"/>
    public static Func<Task<T>> AsyncBodyOf<T>(Func<Task<T>> body) => LockValidation.IsOn && body is not null ? new AsyncBody<Task<T>>(body).Run : body!;

    /// <summary>The task was made of such a body.</summary>
    public static void AsyncBodyStarted(Task task, Delegate body)
    {
        if (LockValidation.IsOn) { Waits.Remember(task, body?.Target); }
    }
}
