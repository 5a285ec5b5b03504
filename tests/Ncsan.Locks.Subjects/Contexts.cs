using System.Collections.Specialized;
using System.ComponentModel;
using System.Threading.Tasks.Sources;

namespace Ncsan.Locks.Subjects;

/// <summary>Code that is entered inline or on the thread of a context: what is sent, what completes a value task, what takes a lock that its own thread has already.</summary>
public static class Contexts
{
    private static readonly object s_sent = new();

    /// <summary>The context runs something for the first time in its life, so nobody has seen yet whose thread is its own.</summary>
    [Case] public static void NCS0101_first_thing_that_a_context_is_sent_is_sent_under_the_lock()
    {
        using var pump = new Flows.Pump();
        Case.InTurn(() => { lock (s_sent) { pump.Sent(() => { }); } }, () => pump.Sent(() => { lock (s_sent) { } }));
    }

    [Case] public static void NCS0103_contexts_that_send_to_each_other()
    {
        using Flows.Pump one = new(), two = new();
        Case.InTurn(() => one.Sent(() => two.Sent(() => { })), () => two.Sent(() => one.Sent(() => { })));
    }

    [Case] public static void Silent_context_that_sends_to_another_in_one_direction()
    {
        object gate = new();
        using Flows.Pump one = new(), two = new();
        Case.InTurn(() => one.Sent(() => two.Sent(() => { lock (gate) { } })), () => { lock (gate) { } two.Begin(() => one.Begin(() => { })); });
    }

    /// <summary>A context that runs what it is sent on the spot, one after another.</summary>
    private sealed class OnTheSpot : SynchronizationContext
    {
        public override void Send(SendOrPostCallback d, object? state)
        {
            SynchronizationContext? outer = Current;
            SetSynchronizationContext(this);
            try { d(state); }
            finally { SetSynchronizationContext(outer); }
        }
    }

    [Case] public static void Silent_context_that_runs_on_the_senders_thread()
    {
        object gate = new();
        SynchronizationContext context = new OnTheSpot(), plain = new SynchronizationContext();
        Case.InTurn(() => context.Send(_ => { lock (gate) { } }, null), () => { lock (gate) { context.Send(_ => { }, null); plain.Send(_ => { lock (gate) { } }, null); } });
    }

    [Case] public static void Silent_context_whose_callback_fails()
    {
        object gate = new();
        SynchronizationContext context = new OnTheSpot();
        try { context.Send(_ => throw new InvalidOperationException(), null); } catch (InvalidOperationException) { }
        lock (gate) { }
    }

    /// <summary>A value task's source, as sockets and pipes have them.</summary>
    private sealed class Reusable(bool asynchronously) : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = asynchronously };

        public ValueTask<int> Next() => new(this, _core.Version);

        public void Give(object? gate)
        {
            if (gate is null) { _core.SetResult(1); return; }
            lock (gate) { _core.SetResult(1); }
        }

        public void FailUnder(object gate) { lock (gate) { _core.SetException(new InvalidOperationException()); } }

        public int GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);
    }

    private static readonly object s_taken = new(), s_outer = new();

    /// <summary>Nothing nests in this run: the one that is completed under the lock is not awaited by anybody.</summary>
    [Case] public static void NCS0105_value_task_completed_under_a_lock_that_a_continuation_leads_to()
    {
        Reusable one = new(false), two = new(false);
        Task waiter = Await(one);
        Case.InTurn(() => one.Give(null), () => two.FailUnder(s_outer), () => { lock (s_taken) { lock (s_outer) { } } });
        waiter.Wait();

        static async Task Await(Reusable source) { await source.Next(); lock (s_taken) { } }
    }

    [Case] public static void Silent_value_task_completed_asynchronously_under_the_lock()
    {
        object gate = new();
        Reusable one = new(true), two = new(true);
        Task waiter = Await(one, gate), other = Await(two, gate);
        Case.InTurn(() => one.Give(null), () => two.Give(gate));
        Task.WaitAll(waiter, other);

        static async Task Await(Reusable source, object gate) { await source.Next(); lock (gate) { } }
    }

    private sealed class Requests(TaskCreationOptions options)
    {
        private readonly object _gate = new();
        private readonly TaskCompletionSource _answer = new(options);
        private readonly CancellationTokenSource _stop = new();

        public async Task Ask() { await _answer.Task.ConfigureAwait(false); lock (_gate) { } }

        public void Answer() { lock (_gate) { _answer.SetResult(); } }

        public void AnswerOutside() { lock (_gate) { } _answer.SetResult(); }

        public void Begin() => _stop.Token.Register(() => { lock (_gate) { } });

        public void Stop() { lock (_gate) { _stop.Cancel(); } }

        public void StopOutside() { lock (_gate) { } _stop.Cancel(); }
    }

    [Case] public static void NCS0104_continuation_inside_of_the_critical_section_that_completes()
    {
        var requests = new Requests(TaskCreationOptions.None);
        Task asked = requests.Ask();
        Case.InTurn(requests.Answer);
        asked.Wait();
    }

    [Case] public static void NCS0104_callback_inside_of_the_critical_section_that_cancels()
    {
        var requests = new Requests(TaskCreationOptions.None);
        Case.InTurn(requests.Begin, requests.Stop);
    }

    [Case] public static void Silent_continuation_and_callback_outside_of_the_critical_section()
    {
        Requests inline = new(TaskCreationOptions.None), later = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task one = inline.Ask(), two = later.Ask();
        Case.InTurn(inline.AnswerOutside, later.Answer, inline.Begin, inline.StopOutside);
        Task.WaitAll(one, two);
    }

    /// <summary>What the callback takes under its own lock was taken while the lock was held: it has no order of its own with that.</summary>
    [Case] public static void Silent_continuation_that_takes_only_a_lock_of_its_own()
    {
        object outer = new(), own = new();
        var answer = new TaskCompletionSource();
        Task waiter = Await();
        Case.InTurn(() => { lock (outer) { answer.SetResult(); } }, () => { lock (outer) { lock (own) { lock (outer) { } } } });
        waiter.Wait();

        async Task Await() { await answer.Task.ConfigureAwait(false); lock (own) { lock (own) { } } }
    }

    private sealed class Table
    {
        private readonly ReaderWriterLockSlim _rows = new();

        public event Action? Read;

        public void Get()
        {
            _rows.EnterReadLock();
            try { Read?.Invoke(); }
            finally { _rows.ExitReadLock(); }
        }

        public void Set() { _rows.EnterWriteLock(); _rows.ExitWriteLock(); }
    }

    /// <summary>One thing is wrong, and told once: not also as what the handlers do.</summary>
    [Case] public static void NCS0102_handler_that_writes_what_its_raiser_reads()
    {
        var table = new Table();
        table.Read += table.Set;
        try { table.Get(); } catch (LockRecursionException) { }
    }

    /// <summary>A worker's thread, kept in a field as usual.</summary>
    private sealed class Worker(object gate)
    {
        private Thread? _thread;

        public void Start(bool takes)
        {
            _thread = new Thread(() => { if (takes) { lock (gate) { } } });
            _thread.Start();
        }

        public void Stop() => _thread!.Join();

        public void StopUnder() { lock (gate) { _thread!.Join(); } }
    }

    private static readonly object s_worker = new();

    [Case] public static void NCS0106_join_of_a_thread_in_a_field_under_the_lock_that_it_takes()
    {
        var worker = new Worker(s_worker);
        worker.Start(takes: true);
        worker.Stop();
        worker.Start(takes: false);
        worker.StopUnder();
    }

    [Case] public static void Silent_join_of_a_thread_in_a_field()
    {
        object outer = new();
        Worker worker = new(new object()), other = new(new object());
        worker.Start(takes: true);
        lock (outer) { worker.Stop(); }
        other.Start(takes: false);
        other.StopUnder();
    }

    /// <summary>A view model as they are.</summary>
    private sealed class Model : INotifyPropertyChanged, INotifyPropertyChanging, INotifyCollectionChanged
    {
        public event PropertyChangedEventHandler? PropertyChanged;

        public event PropertyChangingEventHandler? PropertyChanging;

        public event NotifyCollectionChangedEventHandler? CollectionChanged;

        public static event Action? Any;

        public void Change()
        {
            PropertyChanging?.Invoke(this, new(nameof(Change)));
            PropertyChanged?.Invoke(this, new(nameof(Change)));
        }

        public void Reset() => CollectionChanged?.Invoke(this, new(NotifyCollectionChangedAction.Reset));

        public static void Tell() => Any?.Invoke();
    }

    private static readonly object s_model = new(), s_drawn = new(), s_items = new(), s_view = new();

    /// <summary>The handler that takes the lock comes only after the property was changed under the other: nothing nests in this run.</summary>
    [Case] public static void NCS0105_property_changed_under_a_lock_that_a_handler_leads_to()
    {
        var model = new Model();
        model.PropertyChanged += (_, _) => { };
        Case.InTurn(
            () => { lock (s_model) { model.Change(); } },
            () => { model.PropertyChanged += (_, _) => { lock (s_drawn) { } }; model.Change(); },
            () => { lock (s_drawn) { lock (s_model) { } } });
    }

    [Case] public static void NCS0105_collection_changed_under_a_lock_that_a_handler_leads_to()
    {
        var model = new Model();
        model.CollectionChanged += (_, _) => { };
        Case.InTurn(
            () => { lock (s_items) { model.Reset(); } },
            () => { model.CollectionChanged += (_, _) => { lock (s_view) { } }; model.Reset(); },
            () => { lock (s_view) { lock (s_items) { } } });
    }

    [Case] public static void Silent_handlers_of_all_kinds_that_take_the_raisers_lock_again()
    {
        object gate = new();
        var model = new Model();
        model.PropertyChanged += (_, _) => { lock (gate) { } };
        model.PropertyChanging += (_, _) => { lock (gate) { } };
        model.CollectionChanged += (_, _) => { lock (gate) { } };
        Model.Any += () => { lock (gate) { } };
        Case.InTurn(
            () => { lock (gate) { model.Change(); model.Reset(); Model.Tell(); } },
            () => { model.Change(); model.Reset(); Model.Tell(); });
    }

    private static readonly object s_each = new();

    [Case] public static void NCS0106_asynchronous_loop_waited_for_under_the_lock_that_its_body_takes()
    {
        Case.InTurn(() => Each(2, takes: true), () => { lock (s_each) { Each(2, takes: false); } });

        static void Each(int count, bool takes) => Parallel.ForEachAsync(new int[count], async (_, _) => { await Task.Yield(); if (takes) { lock (s_each) { } } }).Wait();
    }

    [Case] public static async Task Silent_asynchronous_loop_under_another_lock()
    {
        object outer = new(), inner = new();
        Case.InTurn(() => Each().Wait(), () => { lock (outer) { Each().Wait(); } });
        await Each();

        Task Each() => Parallel.ForEachAsync(new int[2], async (_, _) => { await Task.Yield(); lock (inner) { } });
    }

    /// <summary>A semaphore does not let its holder in again.</summary>
    private sealed class Door
    {
        private static readonly SemaphoreSlim s_gate = new(1, 1);
        private readonly TaskCompletionSource _open = new();

        public async Task Pass()
        {
            await _open.Task.ConfigureAwait(false);
            s_gate.Wait();
            s_gate.Release();
        }

        public void Open() => _open.SetResult();

        public void OpenUnder()
        {
            s_gate.Wait();
            try { _open.SetResult(); }
            finally { s_gate.Release(); }
        }
    }

    [Case] public static void NCS0104_semaphore_held_where_a_continuation_may_run_that_takes_it()
    {
        Door one = new(), two = new();
        Task passed = one.Pass();
        Case.InTurn(two.OpenUnder, one.Open);
        passed.Wait();
    }
}
