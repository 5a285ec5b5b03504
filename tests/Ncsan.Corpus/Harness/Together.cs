namespace Ncsan.Corpus.Harness;

/// <summary>Runs bodies at the same time. The order is made by framework barriers, never by sleeping.</summary>
/// <remarks>Instrumented like any user code, so that reports have creation chains; what it shares with its threads is written before they start.</remarks>
public static class Together
{
    /// <summary>Runs each body on a thread of its own; all begin at once, and all have ended when this returns.</summary>
    public static void Both(params Action[] bodies)
    {
        using var start = new Barrier(bodies.Length);
        var failures = new Exception?[bodies.Length];
        var threads = new Thread[bodies.Length];
        for (int i = 0; i < bodies.Length; i++)
        {
            int index = i;
            threads[i] = new Thread(() =>
            {
                start.SignalAndWait();
                try { bodies[index](); }
                catch (Exception e) { failures[index] = Session.Judge(e); }
            }) { Name = "corpus-" + i, IsBackground = true };
        }

        foreach (Thread thread in threads) { thread.Start(); }
        foreach (Thread thread in threads) { thread.Join(); }
        foreach (Exception? failure in failures) { if (failure is not null) { throw new InvalidOperationException("a thread of the case failed", failure); } }
    }

    /// <summary>Runs <paramref name="body"/> on <paramref name="count"/> threads, which get 0, 1, 2….</summary>
    public static void Each(int count, Action<int> body)
    {
        var bodies = new Action[count];
        for (int i = 0; i < count; i++)
        {
            int index = i;
            bodies[i] = () => body(index);
        }

        Both(bodies);
    }

    /// <summary>Runs the bodies as tasks that begin at once.</summary>
    public static async Task BothAsync(params Func<Task>[] bodies)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tasks = new Task[bodies.Length];
        for (int i = 0; i < bodies.Length; i++)
        {
            Func<Task> body = bodies[i];
            tasks[i] = Task.Run(async () =>
            {
                await start.Task;
                try { await body(); }
                catch (Exception e) { if (Session.Judge(e) is not null) { throw; } }
            });
        }

        start.SetResult();
        await Task.WhenAll(tasks);
    }

    /// <summary>Fails the case unless <paramref name="actual"/> is <paramref name="expected"/>.</summary>
    public static void Same<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) { throw new InvalidOperationException($"expected {expected}, got {actual}"); }
    }

    /// <summary>Keeps the compiler from removing the reading of <paramref name="value"/>.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    public static void Use<T>(T value) => GC.KeepAlive(null);
}
