namespace Ncsan.Locks.Subjects;

/// <summary>Mutexes that the system knows by a name, and mutexes that are held from the start.</summary>
public static class Handles
{
    private static string Name(string what) => $"ncsan-{what}-{Environment.ProcessId}";

    [Case] public static void NCS0101_two_mutexes_of_one_name()
    {
        object gate = new();
        Case.InTurn(
            () => { using var one = new Mutex(false, Name("two")); one.WaitOne(); lock (gate) { } one.ReleaseMutex(); },
            () => { using var other = new Mutex(false, Name("two")); lock (gate) { other.WaitOne(); other.ReleaseMutex(); } });
    }

    [Case] public static void NCS0101_mutex_that_was_opened()
    {
        object gate = new();
        using var made = new Mutex(false, @"Local\" + Name("opened"));
        Case.InTurn(
            () => { made.WaitOne(); lock (gate) { } made.ReleaseMutex(); },
            () => { using Mutex opened = Mutex.OpenExisting(Name("opened")); lock (gate) { opened.WaitOne(); opened.ReleaseMutex(); } });
    }

    [Case] public static void NCS0101_mutex_opened_if_it_is_there()
    {
        object gate = new();
        using var made = new Mutex(false, Name("there"));
        Case.InTurn(
            () => { made.WaitOne(); lock (gate) { } made.ReleaseMutex(); },
            () => { if (Mutex.TryOpenExisting(Name("there"), out Mutex? opened)) { lock (gate) { opened.WaitOne(); opened.ReleaseMutex(); } } });
    }

    [Case] public static void NCS0101_mutex_of_a_user_of_a_session()
    {
        object gate = new();
        var options = new NamedWaitHandleOptions { CurrentUserOnly = true, CurrentSessionOnly = true };
        using Mutex one = new(Name("user"), options), other = new(Name("user"), options);
        Case.InTurn(
            () => { one.WaitOne(); lock (gate) { } one.ReleaseMutex(); },
            () => { lock (gate) { other.WaitOne(); other.ReleaseMutex(); } });
    }

    private sealed class Owner
    {
        private readonly Mutex _mutex = new(true);
        private readonly object _gate;

        public Owner(object gate)
        {
            lock (_gate = gate) { }
            _mutex.ReleaseMutex();
        }

        public void Back() { lock (_gate) { _mutex.WaitOne(); _mutex.ReleaseMutex(); } }
    }

    [Case] public static void NCS0101_mutex_held_from_its_constructor_on()
    {
        object gate = new();
        Owner? owner = null;
        Case.InTurn(() => owner = new Owner(gate), () => owner!.Back());
    }

    [Case] public static void NCS0101_mutex_held_since_it_is_new()
    {
        object gate = new();
        Case.InTurn(
            () => { using var mutex = new Mutex(true, Name("new"), out bool isNew); if (isNew) { lock (gate) { } mutex.ReleaseMutex(); } },
            () => { using var mutex = new Mutex(false, Name("new")); lock (gate) { mutex.WaitOne(); mutex.ReleaseMutex(); } });
    }

    [Case] public static void NCS0110_mutex_held_from_its_constructor_on_and_left() => Case.InTurn(() => GC.KeepAlive(new Mutex(true)));

    [Case] public static void Silent_mutex_of_one_name_taken_again()
    {
        using Mutex one = new(false, Name("again")), other = new(false, Name("again"));
        Case.InTurn(() => Nest(one, other), () => Nest(other, one));

        static void Nest(Mutex outer, Mutex inner)
        {
            outer.WaitOne();
            inner.WaitOne();
            inner.ReleaseMutex();
            outer.ReleaseMutex();
        }
    }

    [Case] public static void Silent_mutex_taken_as_one_and_released_as_another()
    {
        using Mutex one = new(false, Name("cross")), other = new(false, Name("cross"));
        Case.InTurn(() => { one.WaitOne(); other.ReleaseMutex(); }, () => { other.WaitOne(1000); one.ReleaseMutex(); });
    }

    [Case] public static void Silent_one_of_two_mutexes_disposed_of()
    {
        using var one = new Mutex(false, Name("gone"));
        Case.InTurn(() =>
        {
            one.WaitOne();
            using (var other = new Mutex(false, Name("gone"))) { }
            one.ReleaseMutex();
        });
    }

    [Case] public static void Silent_mutex_that_others_have()
    {
        object gate = new();
        using var first = new Mutex(true, Name("others"), out _);
        Case.InTurn(
            () => { using var second = new Mutex(true, Name("others"), out bool isNew); if (!isNew) { lock (gate) { } } },
            () => { lock (gate) { } });
        lock (gate) { }
        first.ReleaseMutex();
        Case.InTurn(() => { lock (gate) { if (first.WaitOne(1000)) { first.ReleaseMutex(); } } });
    }

    [Case] public static void Silent_mutexes_of_two_names()
    {
        using Mutex one = new(false, Name("left")), other = new(false, Name("right"));
        Case.InTurn(() => { one.WaitOne(); other.WaitOne(); other.ReleaseMutex(); one.ReleaseMutex(); }, () => { one.WaitOne(); other.WaitOne(); other.ReleaseMutex(); one.ReleaseMutex(); });
    }

    [Case] public static void NCS0112_2_threads_that_hold_a_name_and_a_lock()
    {
        object gate = new();
        using Barrier meet = new(2);
        Case.AtOnce(
            () => { var one = new Mutex(false, Name("hang")); one.WaitOne(); meet.SignalAndWait(); lock (gate) { } },
            () => { var other = new Mutex(false, Name("hang")); lock (gate) { meet.SignalAndWait(); other.WaitOne(); } });
    }
}
