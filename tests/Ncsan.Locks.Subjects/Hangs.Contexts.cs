using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ncsan.Locks.Subjects;

/// <summary>Programs that really hang since what somebody waits for can only run on a thread that waits, too.</summary>
public static class ContextHangs
{
    private static readonly object s_table = new(), s_sent = new();

    [Case] public static void NCS0112_2_contexts_that_send_to_each_other()
    {
        Flows.Pump one = new(), two = new();
        var meet = new Barrier(2);
        Case.AtOnce(
            () => one.Sent(() => { meet.SignalAndWait(); two.Sent(() => { }); }),
            () => two.Sent(() => { meet.SignalAndWait(); one.Sent(() => { }); }));
    }

    [Case] public static void NCS0112_2_sender_under_the_lock_that_the_context_waits_for()
    {
        var pump = new Flows.Pump();
        var meet = new Barrier(2);
        pump.Sent(() => { });
        Case.AtOnce(
            () => pump.Sent(() => { meet.SignalAndWait(); lock (s_sent) { } }),
            () => { lock (s_sent) { meet.SignalAndWait(); pump.Sent(() => { }); } });
    }

    private sealed class Finalized
    {
        ~Finalized() { lock (s_table) { } }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop() => _ = new Finalized();

    [Case] public static void NCS0112_2_finalizers_waited_for_under_a_lock_that_one_takes()
    {
        Case.InTurn(Drop);
        lock (s_table)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>Runs tasks one after another on a thread of its own.</summary>
    private sealed class OneThread : TaskScheduler
    {
        private readonly BlockingCollection<Task> _tasks = [];

        public OneThread()
        {
            new Thread(() => { foreach (Task task in _tasks.GetConsumingEnumerable()) { TryExecuteTask(task); } }) { IsBackground = true }.Start();
        }

        protected override void QueueTask(Task task) => _tasks.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];
    }

    [Case] public static void NCS0112_2_task_that_waits_for_the_next_one_of_its_only_thread()
    {
        var tasks = new TaskFactory(new OneThread());
        tasks.StartNew(() => tasks.StartNew(() => { }).Wait()).Wait();
    }

    private static readonly object s_chain = new();

    [Case] public static void NCS0112_1_continuation_on_the_context_that_waits_for_it()
    {
        var pump = new Flows.Pump();
        pump.Run(() =>
        {
            // What is queued already when it is waited for is run by its waiter.
            Thread own = Thread.CurrentThread;
            Task.Run(() => SpinWait.SpinUntil(() => own.ThreadState.HasFlag(ThreadState.WaitSleepJoin))).ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext()).Wait();
        });
    }

    [Case] public static void NCS0112_2_continuation_of_work_that_wants_the_lock()
    {
        lock (s_chain) { Task.Run(() => { lock (s_chain) { } }).ContinueWith(_ => { }).Wait(); }
    }
}
