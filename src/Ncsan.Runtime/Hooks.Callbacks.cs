using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Bodies of parallel loops, and callbacks that somebody can wait for: of cancellation tokens and of timers.
public static unsafe partial class Hooks
{
    /// <summary>The body of a parallel loop, whose caller waits until others have run their share of it.</summary>
    /// <param name="body">The body.</param>
    /// <param name="map">Its map, or null when only the delegate says what it runs.</param>
    /// <param name="site">Where.</param>
    public static Action<T> ParallelAction<T>(Action<T> body, string? map, int site)
    {
        if (!LockValidation.IsOn || body is null) { return body!; }
        var shared = new ActionBody<T>(body, Maps.Of(map, body, site), site) { IsIteration = true };
        Waits.Beside(shared, site);
        return shared.Run;
    }

    /// <inheritdoc cref="ParallelAction"/>
    public static Action<T1, T2> ParallelAction2<T1, T2>(Action<T1, T2> body, string? map, int site)
    {
        if (!LockValidation.IsOn || body is null) { return body!; }
        var shared = new ActionBody<T1, T2>(body, Maps.Of(map, body, site), site) { IsIteration = true };
        Waits.Beside(shared, site);
        return shared.Run;
    }

    /// <inheritdoc cref="ParallelAction"/>
    public static Action<T1, T2, T3> ParallelAction3<T1, T2, T3>(Action<T1, T2, T3> body, string? map, int site)
    {
        if (!LockValidation.IsOn || body is null) { return body!; }
        var shared = new ActionBody<T1, T2, T3>(body, Maps.Of(map, body, site), site) { IsIteration = true };
        Waits.Beside(shared, site);
        return shared.Run;
    }

    /// <inheritdoc cref="ParallelAction"/>
    public static Func<T1, T2, T3, TResult> ParallelFunc3<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> body, string? map, int site)
    {
        if (!LockValidation.IsOn || body is null) { return body!; }
        var shared = new FuncBody<T1, T2, T3, TResult>(body, Maps.Of(map, body, site), site) { IsIteration = true };
        Waits.Beside(shared, site);
        return shared.Run;
    }

    /// <inheritdoc cref="ParallelAction"/>
    public static Func<T1, T2, T3, T4, TResult> ParallelFunc4<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> body, string? map, int site)
    {
        if (!LockValidation.IsOn || body is null) { return body!; }
        var shared = new FuncBody<T1, T2, T3, T4, TResult>(body, Maps.Of(map, body, site), site) { IsIteration = true };
        Waits.Beside(shared, site);
        return shared.Run;
    }

    /// <summary>The bodies of <c>Parallel.Invoke</c>.</summary>
    public static Action[] ParallelActions(Action[] bodies, int site)
    {
        if (!LockValidation.IsOn || bodies is null || Array.IndexOf(bodies, null!) >= 0) { return bodies!; }
        var shared = Array.ConvertAll(bodies, body => new ActionBody(body, Maps.OfMethod(body.Method), site) { IsIteration = true });
        Waits.Beside(shared, site);
        return Array.ConvertAll(shared, static body => (Action)body.Run);
    }

    /// <summary>A wait that was announced has ended: the loop is over, the registration is gone.</summary>
    public static void AwaitedDone()
    {
        if (LockValidation.IsOn) { LockThreads.Current.Awaited = null; }
    }

    /// <summary>A registration is about to be disposed of, which waits for its callback if that runs now.</summary>
    public static void RegistrationDisposing(ref CancellationTokenRegistration registration, int site)
    {
        if (LockValidation.IsOn) { Callbacks.Awaiting(ref registration, site); }
    }

    /// <summary>A timer is about to be disposed of, which sets the handle when its callback has ended.</summary>
    public static void TimerDisposing(Timer? timer, WaitHandle? handle)
    {
        if (LockValidation.IsOn && timer is not null && handle is not null) { Callbacks.Tell(timer, handle); }
    }
}
