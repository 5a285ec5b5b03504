using System.Runtime.CompilerServices;
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StartAndForget()
    {
        var thread = new Thread(static () => { });
        Creation.Starting(thread, 0);
        thread.Start();
        thread.Join();
    }
}
