using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Ncsan.Locks.Subjects;

/// <summary>Programs in which nobody can go on although nobody waits in a circle, and some that look like it and are told to go on from outside.</summary>
public static class Standstills
{
    private const int Long = 2500;

    private static readonly object s_outer = new(), s_queue = new(), s_left = new(), s_shown = new();
    private static bool s_ready;

    [Case] public static void NCS0112_2_pulse_that_is_given_by_who_wants_the_other_lock() => Case.AtOnce(
        () => { lock (s_outer) { lock (s_queue) { while (!s_ready) { Monitor.Wait(s_queue); } } } },
        () =>
        {
            Thread.Sleep(50);
            lock (s_outer) { lock (s_queue) { s_ready = true; Monitor.PulseAll(s_queue); } }
        });

    [Case] public static void NCS0112_1_lock_of_a_thread_that_has_ended()
    {
        Case.InTurn(() => Monitor.Enter(s_left));
        lock (s_left) { }
    }

    [Case] public static void NCS0112_1_writer_behind_a_reader_that_has_ended()
    {
        var rw = new ReaderWriterLockSlim();
        Case.InTurn(rw.EnterReadLock);
        rw.EnterWriteLock();
    }

    [Case] public static async Task NCS0112_2_flow_that_fills_a_channel_under_the_lock_of_its_reader()
    {
        Channel<int> channel = Channel.CreateBounded<int>(1);
        var gate = new SemaphoreSlim(1, 1);
        await Task.WhenAll(Fill(), Empty());

        async Task Fill()
        {
            await gate.WaitAsync();
            try { for (int i = 0; i < 3; i++) { await channel.Writer.WriteAsync(i); } }
            finally { gate.Release(); }
        }

        async Task Empty()
        {
            await Task.Delay(20);
            await foreach (int _ in channel.Reader.ReadAllAsync())
            {
                await gate.WaitAsync();
                gate.Release();
            }
        }
    }

    [Case] public static async Task NCS0112_2_flows_that_keep_a_throttle_from_their_own_parts()
    {
        var throttle = new SemaphoreSlim(2, 2);
        await Part();
        await Task.WhenAll(Whole(), Whole());

        async Task Part()
        {
            await throttle.WaitAsync();
            try { await Task.Delay(1); }
            finally { throttle.Release(); }
        }

        async Task Whole()
        {
            await throttle.WaitAsync();
            try
            {
                await Task.Delay(30);
                await Part();
            }
            finally { throttle.Release(); }
        }
    }

    /// <summary>A signal of the system, sent by a process that is not a child.</summary>
    private static void SendLater() => Process.Start("sh", ["-c", $"(sleep {Long / 1000.0}; kill -TERM {Environment.ProcessId}) >/dev/null 2>&1 &"]).WaitForExit();

    [Case] public static void Silent_slow_thread_that_a_signal_of_the_system_wakes()
    {
        using var stop = new ManualResetEvent(false);
        using var told = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => { signal.Cancel = true; stop.Set(); });
        SendLater();
        Case.AtOnce(() => { lock (s_shown) { stop.WaitOne(); } }, () => { Thread.Sleep(20); lock (s_shown) { } });
    }

    [Case] public static async Task Silent_slow_flow_that_a_signal_of_the_system_wakes()
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new SemaphoreSlim(1, 1);
        using var told = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => { signal.Cancel = true; stop.TrySetResult(); });
        SendLater();
        await Task.WhenAll(Run(true), Run(false));

        async Task Run(bool isFirst)
        {
            await gate.WaitAsync();
            try { if (isFirst) { await stop.Task; } }
            finally { gate.Release(); }
        }
    }

    [Case] public static void Silent_slow_pulse_that_a_timer_gives()
    {
        object gate = new(), outer = new();
        bool isDone = false;
        using var timer = new Timer(_ => { lock (gate) { isDone = true; Monitor.Pulse(gate); } }, null, Long, Timeout.Infinite);
        Case.AtOnce(
            () => { lock (outer) { lock (gate) { while (!isDone) { Monitor.Wait(gate); } } } },
            () => { Thread.Sleep(20); lock (outer) { } });
    }

    [Case] public static void Silent_pulse_that_an_interrupt_cuts_short()
    {
        object gate = new();
        using var waits = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            try { lock (gate) { waits.Set(); Monitor.Wait(gate); } }
            catch (ThreadInterruptedException) { lock (gate) { Monitor.Pulse(gate); } }
        });
        thread.Start();
        waits.Wait();
        lock (gate) { }
        thread.Interrupt();
        thread.Join();
    }
}
