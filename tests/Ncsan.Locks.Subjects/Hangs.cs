namespace Ncsan.Locks.Subjects;

/// <summary>Programs that really hang: the run must end with a report.</summary>
public static class Hangs
{
    private static readonly object s_a = new(), s_b = new();
    private static readonly Lock s_c = new(), s_d = new();
    private static readonly SemaphoreSlim s_once = new(1, 1);
    private static readonly ReaderWriterLockSlim s_rw = new();

    [Case] public static void NCS0112_two_monitors() => Both(() => { lock (s_a) { Meet(); lock (s_b) { } } }, () => { lock (s_b) { Meet(); lock (s_a) { } } });

    [Case] public static void NCS0112_two_Locks() => Both(() => { lock (s_c) { Meet(); lock (s_d) { } } }, () => { lock (s_d) { Meet(); lock (s_c) { } } });

    [Case] public static void NCS0112_semaphore_taken_twice()
    {
        s_once.Wait();
        s_once.Wait();
    }

    [Case] public static void NCS0112_writer_and_monitor() => Both(() => { s_rw.EnterWriteLock(); Meet(); lock (s_a) { } }, () => { lock (s_a) { Meet(); s_rw.EnterReadLock(); } });

    private static Barrier s_meet = new(2);

    private static void Meet() => s_meet.SignalAndWait();

    private static void Both(Action one, Action two) => Case.AtOnce(one, two);
}
