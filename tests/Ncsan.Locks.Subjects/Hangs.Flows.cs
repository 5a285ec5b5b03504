namespace Ncsan.Locks.Subjects;

/// <summary>Async flows that wait for semaphores which no method of theirs ever releases: nothing says that these are locks but that nobody is left who could.</summary>
public static class FlowHangs
{
    private sealed class Meeting(int size)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _here;

        public Task Arrive()
        {
            if (Interlocked.Increment(ref _here) == size) { _all.SetResult(); }
            return _all.Task;
        }
    }

    private static async Task Nest(SemaphoreSlim first, SemaphoreSlim second, Meeting meeting)
    {
        await first.WaitAsync();
        await meeting.Arrive();
        await second.WaitAsync();
    }

    [Case] public static Task NCS0112_2_flows_with_semaphores_that_are_never_released()
    {
        SemaphoreSlim one = new(1, 1), two = new(1, 1);
        var meeting = new Meeting(2);
        return Task.WhenAll(Task.Run(() => Nest(one, two, meeting)), Task.Run(() => Nest(two, one, meeting)));
    }

    [Case] public static Task NCS0112_3_flows_in_a_ring()
    {
        SemaphoreSlim one = new(1, 1), two = new(1, 1), three = new(1, 1);
        var meeting = new Meeting(3);
        return Task.WhenAll(Task.Run(() => Nest(one, two, meeting)), Task.Run(() => Nest(two, three, meeting)), Task.Run(() => Nest(three, one, meeting)));
    }

    private static readonly SemaphoreSlim s_again = new(1, 1), s_awaited = new(1, 1), s_blocked = new(1, 1);

    [Case] public static async Task NCS0112_1_flow_that_takes_its_semaphore_again()
    {
        await s_again.WaitAsync();
        await Task.Delay(1);
        await s_again.WaitAsync();
    }

    [Case] public static async Task NCS0112_2_flow_that_awaits_another_which_wants_its_semaphore()
    {
        await s_awaited.WaitAsync();
        await Task.Run(async () =>
        {
            await Task.Delay(1);
            await s_awaited.WaitAsync();
        });
    }

    [Case] public static void NCS0112_2_thread_that_blocks_for_a_flow_which_wants_its_semaphore()
    {
        s_blocked.Wait();
        Task.Run(async () =>
        {
            await Task.Yield();
            await s_blocked.WaitAsync();
        }).Wait();
    }

    [Case] public static Task NCS0112_4_flows_and_the_methods_that_take_their_async_locks()
    {
        AsyncLock one = new(), two = new();
        var meeting = new Meeting(2);
        return Task.WhenAll(Nest(one, two), Nest(two, one));

        async Task Nest(AsyncLock first, AsyncLock second)
        {
            using (await first.LockAsync())
            {
                await meeting.Arrive();
                using (await second.LockAsync()) { }
            }
        }
    }

    private const int Long = 900;

    [Case] public static async Task Silent_slow_flow_whose_signal_comes_from_the_pool()
    {
        var turn = new SemaphoreSlim(1);
        await turn.WaitAsync();
        Task other = Task.Run(() => { Thread.Sleep(Long); turn.Release(); });
        await turn.WaitAsync();
        await other;
    }

    [Case] public static async Task Silent_slow_flow_whose_signal_comes_with_the_end_of_a_child()
    {
        var turn = new SemaphoreSlim(1);
        await turn.WaitAsync();
        using var child = System.Diagnostics.Process.Start("sleep", "0.9");
        child.EnableRaisingEvents = true;
        child.Exited += (_, _) => turn.Release();
        await turn.WaitAsync();
    }

    [Case] public static async Task Silent_slow_flow_that_others_queue_behind()
    {
        var turn = new SemaphoreSlim(1);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            await turn.WaitAsync();
            await Task.Delay(Long / 3);
            turn.Release();
        }));
    }
}
