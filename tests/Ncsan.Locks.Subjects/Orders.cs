namespace Ncsan.Locks.Subjects;

/// <summary>Every lock type in both orders on threads that never overlap, and its twin in one order.</summary>
public static class Orders
{
    private sealed class MonitorPair
    {
        private readonly object _a = new(), _b = new();

        public void Forth() { lock (_a) { lock (_b) { } } }

        public void Back() { lock (_b) { lock (_a) { } } }
    }

    [Case] public static void NCS0101_Monitor() { var p = new MonitorPair(); Case.InTurn(p.Forth, p.Back); }

    [Case] public static void Silent_Monitor_in_one_order() { var p = new MonitorTwin(); Case.InTurn(p.Forth, p.Forth); }

    private sealed class MonitorTwin
    {
        private readonly object _a = new(), _b = new();

        public void Forth() { lock (_a) { lock (_b) { } } }
    }

    private static readonly Lock s_a = new(), s_b = new(), s_c = new(), s_d = new();

    [Case] public static void NCS0101_Lock_scope() => Case.InTurn(
        () => { lock (s_a) { lock (s_b) { } } },
        () => { using (s_b.EnterScope()) { using (s_a.EnterScope()) { } } });

    [Case] public static void NCS0101_Lock_enter() => Case.InTurn(
        () => { s_c.Enter(); s_d.Enter(); s_d.Exit(); s_c.Exit(); },
        () => { s_d.Enter(); if (s_c.TryEnter()) { s_c.Exit(); } s_c.Enter(); s_c.Exit(); s_d.Exit(); });

    private static readonly ReaderWriterLockSlim s_rw1 = new(), s_rw2 = new(), s_rw3 = new(), s_rw4 = new();

    [Case] public static void NCS0101_RWLS_write_and_read() => Case.InTurn(
        () => { s_rw1.EnterWriteLock(); s_rw2.EnterReadLock(); s_rw2.ExitReadLock(); s_rw1.ExitWriteLock(); },
        () => { s_rw2.EnterWriteLock(); s_rw1.EnterReadLock(); s_rw1.ExitReadLock(); s_rw2.ExitWriteLock(); });

    [Case] public static void Silent_RWLS_readers_both_ways() => Case.InTurn(
        () => { s_rw3.EnterReadLock(); s_rw4.EnterReadLock(); s_rw4.ExitReadLock(); s_rw3.ExitReadLock(); },
        () => { s_rw4.EnterReadLock(); s_rw3.EnterReadLock(); s_rw3.ExitReadLock(); s_rw4.ExitReadLock(); });

    private static readonly ReaderWriterLockSlim s_rw5 = new();
    private static readonly object s_under5 = new();

    [Case] public static void NCS0101_RWLS_upgradeable_over_Monitor() => Case.InTurn(
        () => { s_rw5.EnterUpgradeableReadLock(); lock (s_under5) { } s_rw5.EnterWriteLock(); s_rw5.ExitWriteLock(); s_rw5.ExitUpgradeableReadLock(); },
        () => { lock (s_under5) { s_rw5.EnterUpgradeableReadLock(); s_rw5.ExitUpgradeableReadLock(); } });

    private static readonly ReaderWriterLock s_old1 = new(), s_old2 = new();

    [Case] public static void NCS0101_ReaderWriterLock() => Case.InTurn(
        () => { s_old1.AcquireWriterLock(-1); s_old2.AcquireReaderLock(-1); s_old2.ReleaseReaderLock(); s_old1.ReleaseWriterLock(); },
        () => { s_old2.AcquireWriterLock(-1); s_old1.AcquireReaderLock(-1); s_old1.ReleaseReaderLock(); s_old2.ReleaseWriterLock(); });

    private static readonly Mutex s_mutex1 = new(), s_mutex2 = new();

    [Case] public static void NCS0101_Mutex() => Case.InTurn(
        () => { s_mutex1.WaitOne(); s_mutex2.WaitOne(); s_mutex2.ReleaseMutex(); s_mutex1.ReleaseMutex(); },
        () => { s_mutex2.WaitOne(); s_mutex1.WaitOne(); s_mutex1.ReleaseMutex(); s_mutex2.ReleaseMutex(); });

    private static readonly SemaphoreSlim s_slim1 = new(1, 1), s_slim2 = new(1, 1);

    [Case] public static void NCS0101_SemaphoreSlim_as_a_lock() => Case.InTurn(
        () => { s_slim1.Wait(); s_slim2.Wait(); s_slim2.Release(); s_slim1.Release(); },
        () => { s_slim2.Wait(); s_slim1.Wait(); s_slim1.Release(); s_slim2.Release(); });

    private static readonly Semaphore s_sem1 = new(1, 1), s_sem2 = new(1, 1);

    [Case] public static void NCS0101_Semaphore_as_a_lock() => Case.InTurn(
        () => { s_sem1.WaitOne(); s_sem2.WaitOne(); s_sem2.Release(); s_sem1.Release(); },
        () => { s_sem2.WaitOne(); s_sem1.WaitOne(); s_sem1.Release(); s_sem2.Release(); });

    private static SpinLock s_spin1, s_spin2;

    [Case] public static void NCS0101_SpinLock() => Case.InTurn(
        () => { bool a = false, b = false; s_spin1.Enter(ref a); s_spin2.Enter(ref b); s_spin2.Exit(); s_spin1.Exit(); },
        () => { bool a = false, b = false; s_spin2.Enter(ref b); s_spin1.Enter(ref a); s_spin1.Exit(); s_spin2.Exit(); });

    private static readonly object s_m = new();
    private static readonly Lock s_l = new();
    private static readonly SemaphoreSlim s_s = new(1, 1);

    [Case] public static void NCS0101_three_lock_types_in_a_circle() => Case.InTurn(
        () => { lock (s_m) { lock (s_l) { } } },
        () => { lock (s_l) { s_s.Wait(); s_s.Release(); } },
        () => { s_s.Wait(); lock (s_m) { } s_s.Release(); });

    private sealed class Account
    {
        private readonly object _gate = new();

        public static void Transfer(Account from, Account to) { lock (from._gate) { lock (to._gate) { } } }
    }

    [Case] public static void NCS0103_transfer_both_ways()
    {
        Account a = new(), b = new();
        Case.InTurn(() => Account.Transfer(a, b), () => Account.Transfer(b, a));
    }

    private sealed class Ordered
    {
        private readonly object _gate = new();

        public static void Transfer(Ordered from, Ordered to) { lock (from._gate) { lock (to._gate) { } } }
    }

    [Case] public static void Silent_a_hierarchy_of_one_class()
    {
        var chain = Enumerable.Range(0, 20).Select(_ => new Ordered()).ToArray();
        for (int i = 0; i + 1 < chain.Length; i++) { int at = i; Case.InTurn(() => Ordered.Transfer(chain[at], chain[at + 1])); }
    }

    private static readonly object s_guard = new(), s_in1 = new(), s_in2 = new();

    [Case] public static void Note_both_orders_under_one_outer_lock() => Case.InTurn(
        () => { lock (s_guard) { lock (s_in1) { lock (s_in2) { } } } },
        () => { lock (s_guard) { lock (s_in2) { lock (s_in1) { } } } });

    private static readonly object s_try1 = new(), s_try2 = new();

    [Case] public static void Silent_trylock_against_the_order() => Case.InTurn(
        () => { lock (s_try1) { lock (s_try2) { } } },
        () => { lock (s_try2) { if (Monitor.TryEnter(s_try1, 10)) { Monitor.Exit(s_try1); } } });

    private static readonly object s_one1 = new(), s_one2 = new();

    [Case] public static void Once_both_orders_on_one_thread() => Case.InTurn(
        () => { lock (s_one1) { lock (s_one2) { } } lock (s_one2) { lock (s_one1) { } } });

    private static readonly object s_wait1 = new(), s_wait2 = new();

    /// <summary>Monitor.Wait lets the outer lock go and takes it back under the inner one: nested monitor lockout.</summary>
    [Case] public static void NCS0101_Wait_takes_the_outer_lock_back_under_the_inner() => Case.InTurn(
        () => { lock (s_wait1) { lock (s_wait2) { Monitor.Wait(s_wait1, 1); } } },
        () => { lock (s_wait1) { lock (s_wait2) { } } });
}
