namespace Ncsan.Framework.Subject;

/// <summary>Two threads that do two things at once for a while.</summary>
internal static class Racing
{
    private const int Milliseconds = 300;

    /// <summary>What a broken collection throws is not the point.</summary>
    internal static void Both(Action<int> first, Action<int> second)
    {
        var start = new Barrier(2);
        void Run(Action<int> body)
        {
            start.SignalAndWait();
            long end = Environment.TickCount64 + Milliseconds;
            for (int i = 0; Environment.TickCount64 < end; i++)
            {
                try { body(i); }
                catch (Exception e) when (e is IndexOutOfRangeException or NullReferenceException or ArgumentException or InvalidOperationException or OverflowException) { }
            }
        }

        // A broken tree or chain may hold its thread forever; the program goes on without it.
        Thread[] threads = [new(() => Run(first)) { IsBackground = true }, new(() => Run(second)) { IsBackground = true }];
        foreach (var thread in threads) { thread.Start(); }
        foreach (var thread in threads) { thread.Join(Milliseconds * 10); }
    }
}
