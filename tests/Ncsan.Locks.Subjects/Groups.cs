namespace Ncsan.Locks.Subjects;

/// <summary>Locks that are taken and given back through delegates made of their own methods.</summary>
public static class Groups
{
    private sealed class Releaser(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    private sealed class Store
    {
        private readonly ReaderWriterLockSlim _slim = new();
        private readonly Lock _lock = new();
        private readonly Mutex _mutex = new();
        private readonly object _gate = new();
        private int _read, _locked, _owned, _entered;

        public IDisposable Read()
        {
            _slim.EnterReadLock();
            return new Releaser(_slim.ExitReadLock);
        }

        public IDisposable Write()
        {
            _slim.EnterWriteLock();
            return new Releaser(_slim.ExitWriteLock);
        }

        public IDisposable Locked()
        {
            _lock.Enter();
            return new Releaser(_lock.Exit);
        }

        public IDisposable Owned()
        {
            _mutex.WaitOne();
            return new Releaser(_mutex.ReleaseMutex);
        }

        public (Action<object>, object) Entered()
        {
            Monitor.Enter(_gate);
            return (Monitor.Exit, _gate);
        }

        public void Use()
        {
            using (Read()) { _ = _read; }
            using (Write()) { _read++; }
            using (Locked()) { _locked++; }
            using (Owned()) { _owned++; }
            var (exit, gate) = Entered();
            try { _entered++; }
            finally { exit(gate); }
        }

        public void WriteUnderLock() { using (Locked()) { using (Write()) { } } }

        public void LockUnderWrite() { using (Write()) { using (Locked()) { } } }
    }

    [Case] public static void Silent_releasers_made_of_the_locks_own_methods()
    {
        var store = new Store();
        Case.AtOnce(() => { for (int i = 0; i < 20; i++) { store.Use(); } }, () => { for (int i = 0; i < 20; i++) { store.Use(); } });
        Case.InTurn(store.Use);
    }

    [Case] public static void NCS0101_releasers_both_ways()
    {
        var store = new Store();
        Case.InTurn(store.WriteUnderLock, store.LockUnderWrite);
    }

    private static readonly object s_one = new(), s_two = new(), s_three = new(), s_four = new();
    private static readonly Mutex s_mutex = new();

    [Case] public static void NCS0101_monitor_entered_through_a_delegate()
    {
        Action<object> enter = Monitor.Enter, exit = Monitor.Exit;
        Case.InTurn(() => { lock (s_one) { enter(s_two); exit(s_two); } }, () => { enter(s_two); lock (s_one) { } exit(s_two); });
    }

    [Case] public static void NCS0101_mutex_waited_for_through_a_delegate()
    {
        Func<bool> take = s_mutex.WaitOne;
        Action give = s_mutex.ReleaseMutex;
        Case.InTurn(() => { lock (s_three) { take(); give(); } }, () => { take(); lock (s_three) { } give(); });
    }

    [Case] public static void Silent_monitor_entered_through_a_delegate_in_one_order()
    {
        Action<object> enter = Monitor.Enter, exit = Monitor.Exit;
        Case.InTurn(() => { lock (s_four) { enter(s_two); exit(s_two); } }, () => { enter(s_four); lock (s_two) { } exit(s_four); });
    }

    [Case] public static void NCS0109_given_back_through_a_delegate_twice()
    {
        Lock one = new();
        one.Enter();
        Action exit = one.Exit;
        exit();
        try { exit(); }
        catch (SynchronizationLockException) { return; }
        throw new InvalidOperationException();
    }

    /// <summary>Delegates of a lock's methods behave as if nobody looked: equal ones are equal, and those of nothing are refused in the same way.</summary>
    [Case] public static void Silent_delegates_are_what_they_were()
    {
        Lock one = new();
        Action? all = one.Enter;
        all += one.Exit;
        all += one.Enter;
        all -= one.Enter;
        all!();
        if (one.IsHeldByCurrentThread || all.GetInvocationList() is not [_, _] || !Equals((Action)one.Exit, (Action)one.Exit)) { throw new InvalidOperationException(); }
        ReaderWriterLockSlim? none = null;
        Mutex? nothing = null;
        try { _ = new Releaser(none!.ExitReadLock); }
        catch (ArgumentException)
        {
            try { GC.KeepAlive((Func<bool>)nothing!.WaitOne); }
            catch (NullReferenceException) { return; }
        }

        throw new InvalidOperationException();
    }
}
