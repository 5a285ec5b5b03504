using System.Runtime.CompilerServices;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Tests;

public class CreationTests
{
    [Fact]
    public void A_thread_whose_finalizer_has_run_is_not_alive()
    {
        for (int i = 0; i < 8; i++) { StartAndForget(); }
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // Until the next collection the table still holds what was finalized.
        Assert.All(Creation.Alive(), thread => Assert.True(thread.IsAlive));
    }

    [Fact]
    public void Work_that_is_queued_without_a_context_knows_its_test_and_where_it_was_queued() => Seen(
        work => ThreadPool.UnsafeQueueUserWorkItem(Hooks.MapWaitCallback(_ => work(), "Queued\nQueued", Stage.Site(160)), null));

    [Fact]
    public void A_timer_that_is_made_without_a_context_knows_its_test_and_where_it_was_made() => Seen(work =>
    {
        using AsyncFlowControl suppressed = ExecutionContext.SuppressFlow();
        _ = new Timer(Hooks.MapTimerCallback(_ => work(), "Ticks\nTicks", Stage.Site(160)), null, 0, Timeout.Infinite);
    });

    /// <summary>What work that a test gives away without its context finds on the thread that runs it, and leaves there.</summary>
    private static void Seen(Action<Action> give)
    {
        string store = Directory.CreateTempSubdirectory("ncsan-store").FullName, before = Configuration.Store;
        Configuration.Store = store;
        try
        {
            using var done = new ManualResetEventSlim();
            (string? Test, IReadOnlyList<Frame> Chain) seen = (null, []);
            var thread = new Thread(() =>
            {
                Hooks.TestEntered("Some.Tests.Gives");
                give(() =>
                {
                    seen = (CurrentTest.Name, Creation.ChainOf(SanitizedThread.Current, Actors.Current(SanitizedThread.Current), CurrentTest.Number));
                    done.Set();
                });
                Hooks.TestLeft();
            });
            thread.Start();
            thread.Join();
            Assert.True(done.Wait(TimeSpan.FromSeconds(20)));
            Assert.Equal("Some.Tests.Gives", seen.Test);
            Assert.Equal("Subject.Method160()", Assert.Single(seen.Chain).Method);

            // The next piece of work on any thread of the pool has nothing to do with it.
            for (int i = 0; i < 64; i++)
            {
                using var other = new ManualResetEventSlim();
                string? test = "unseen";
                ThreadPool.UnsafeQueueUserWorkItem(_ => { test = CurrentTest.Name; other.Set(); }, null);
                other.Wait();
                Assert.Null(test);
            }
        }
        finally
        {
            Configuration.Store = before;
            Directory.Delete(store, recursive: true);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StartAndForget()
    {
        var thread = new Thread(static () => { });
        Creation.Starting(thread, 0);
        thread.Start();
        thread.Join();
    }
}
