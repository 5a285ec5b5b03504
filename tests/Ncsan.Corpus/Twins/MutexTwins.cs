using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Mutual exclusion of every kind, right and almost right.</summary>
public static class MutexTwins
{
    private static readonly Lock s_lock = new();
    private static readonly Lock s_otherLock = new();
    private static readonly object s_gate = new();
    private static readonly object s_otherGate = new();

    private sealed class Account
    {
        public int Balance;
        public int Limit;
    }

    public static void TestNoRaceLock()
    {
        var account = new Account();
        Each(2, _ => { lock (s_lock) { account.Balance++; } });
        Same(2, account.Balance);
    }

    public static void TestRaceOneSideUnlocked()
    {
        var account = new Account();
        Both(
            () => { lock (s_lock) { account.Balance = 1; } }, // race: write Account.Balance
            () => Use(account.Balance)); // race: read Account.Balance
    }

    public static void TestRaceDifferentLocks()
    {
        var account = new Account();
        Both(
            () => { lock (s_lock) { account.Balance++; } }, // race: read|write Account.Balance
            () => { lock (s_otherLock) { account.Balance++; } }); // race: read|write Account.Balance
    }

    public static void TestNoRaceMonitor()
    {
        var account = new Account();
        Each(2, _ => { lock (s_gate) { account.Balance++; } });
        Same(2, account.Balance);
    }

    public static void TestRaceDifferentGates()
    {
        var account = new Account();
        Both(
            () => { lock (s_gate) { account.Balance = 1; } }, // race: write Account.Balance
            () => { lock (s_otherGate) { account.Balance = 2; } }); // race: write Account.Balance
    }

    public static void TestRaceLockReleasedEarly()
    {
        var account = new Account();
        Each(2, _ =>
        {
            lock (s_gate) { Use(account.Limit); }
            account.Balance++; // race: read|write Account.Balance
        });
    }

    public static void TestNoRaceTwoLocksOneCommon()
    {
        var account = new Account();
        Both(
            () => { lock (s_gate) { lock (s_otherGate) { account.Balance++; } } },
            () => { lock (s_otherGate) { account.Balance++; } });
        Same(2, account.Balance);
    }

    public static void TestNoRaceMonitorTryEnter()
    {
        var account = new Account();
        Each(2, _ =>
        {
            if (!Monitor.TryEnter(s_gate, 10_000)) { return; }
            try { account.Balance++; }
            finally { Monitor.Exit(s_gate); }
        });
        Same(2, account.Balance);
    }

    public static void TestRaceMonitorTryEnterIgnored()
    {
        var account = new Account();
        object gate = new();
        lock (gate)
        {
            Each(2, _ =>
            {
                bool taken = Monitor.TryEnter(gate); // fails: the creating thread holds it
                account.Balance++; // race: read|write Account.Balance
                if (taken) { Monitor.Exit(gate); }
            });
        }
    }

    public static void TestNoRaceMonitorWaitPulse()
    {
        var account = new Account();
        bool ready = false;
        Both(
            () => { lock (s_gate) { account.Balance = 4; ready = true; Monitor.PulseAll(s_gate); } },
            () =>
            {
                lock (s_gate) { while (!ready) { Monitor.Wait(s_gate); } }
                Same(4, account.Balance);
            });
    }

    public static void TestRaceMonitorPulseThenWrite()
    {
        var account = new Account();
        bool ready = false;
        Both(
            () =>
            {
                lock (s_gate) { ready = true; Monitor.PulseAll(s_gate); }
                account.Balance = 4; // race: write Account.Balance
            },
            () =>
            {
                lock (s_gate) { while (!ready) { Monitor.Wait(s_gate); } }
                Use(account.Balance); // race: read Account.Balance
            });
    }

    public static void TestNoRaceSpinLock()
    {
        var account = new Account();
        var spin = new SpinLock(enableThreadOwnerTracking: false);
        Each(2, _ =>
        {
            bool taken = false;
            spin.Enter(ref taken);
            account.Balance++;
            spin.Exit();
        });
        Same(2, account.Balance);
    }

    private sealed class Guarded
    {
        private readonly SpinLock _copied = new(enableThreadOwnerTracking: false);

        public int Value;

        // A read-only SpinLock is copied at each use, so nobody is ever kept out.
        public void Add()
        {
            bool taken = false;
            _copied.Enter(ref taken);
            Value++; // race[TestRaceSpinLockCopied]: read|write Guarded.Value
            _copied.Exit(); // also[TestRaceSpinLockCopied]: NCS0109
        }
    }

    public static void TestRaceSpinLockCopied()
    {
        var guarded = new Guarded();
        Both(guarded.Add, guarded.Add);
    }

    public static void TestNoRaceMutex()
    {
        var account = new Account();
        using var mutex = new Mutex();
        Each(2, _ =>
        {
            mutex.WaitOne();
            account.Balance++;
            mutex.ReleaseMutex();
        });
        Same(2, account.Balance);
    }

    public static void TestRaceMutexEach()
    {
        var account = new Account();
        Each(2, _ =>
        {
            using var mine = new Mutex();
            mine.WaitOne();
            account.Balance++; // race: read|write Account.Balance
            mine.ReleaseMutex();
        });
    }

    public static void TestNoRaceSemaphoreSlim()
    {
        var account = new Account();
        using var gate = new SemaphoreSlim(1);
        Each(2, _ =>
        {
            gate.Wait();
            account.Balance++;
            gate.Release();
        });
        Same(2, account.Balance);
    }

    public static void TestRaceSemaphoreOfTwo()
    {
        var account = new Account();
        using var gate = new SemaphoreSlim(2);
        Each(2, _ =>
        {
            gate.Wait();
            account.Balance++; // race: read|write Account.Balance
            gate.Release();
        });
    }

    public static async Task TestNoRaceSemaphoreSlimAsync()
    {
        var account = new Account();
        using var gate = new SemaphoreSlim(1);
        async Task Add()
        {
            await gate.WaitAsync();
            account.Balance++;
            await Task.Yield();
            account.Balance++;
            gate.Release();
        }

        await BothAsync(Add, Add);
        Same(4, account.Balance);
    }

    public static void TestNoRaceSemaphore()
    {
        var account = new Account();
        using var gate = new Semaphore(1, 1);
        Each(2, _ =>
        {
            gate.WaitOne();
            account.Balance++;
            gate.Release();
        });
        Same(2, account.Balance);
    }

    public static void TestRaceReadOutsideLockedWrite()
    {
        var account = new Account();
        Both(
            () => { if (account.Limit == 0) { lock (s_gate) { Use(account.Limit); } } }, // race: read Account.Limit
            () => { lock (s_gate) { account.Limit = 1; } }); // race: write Account.Limit
    }

    public static void TestRaceLockOnNewObject()
    {
        var account = new Account();
        Each(2, _ =>
        {
            lock (new object())
            {
                account.Balance++; // race: read|write Account.Balance
            }
        });
    }

    public static void TestNoRaceLockOnSharedString()
    {
        var account = new Account();
        Each(2, _ => { lock (account) { account.Balance++; } });
        Same(2, account.Balance);
    }

    public static void TestNoRaceLockScope()
    {
        var account = new Account();
        Each(2, _ =>
        {
            using (s_lock.EnterScope()) { account.Balance++; }
        });
        Same(2, account.Balance);
    }

    public static void TestNoRaceRecursiveLock()
    {
        var account = new Account();
        Each(2, _ => { lock (s_gate) { lock (s_gate) { account.Balance++; } account.Balance++; } });
        Same(4, account.Balance);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)]
    private static void AddSynchronized(Account account) => account.Balance++;

    public static void TestNoRaceSynchronizedMethod()
    {
        var account = new Account();
        Each(2, _ => AddSynchronized(account));
        Same(2, account.Balance);
    }

    public static void TestRaceSynchronizedAndPlain()
    {
        var account = new Account();
        Both(
            () => Locked(account),
            () => account.Balance = 5); // race: write Account.Balance
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)]
        static void Locked(Account account) => account.Balance++; // race: read|write Account.Balance
    }
}
