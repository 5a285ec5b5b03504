namespace Ncsan.Locks.Subjects;

/// <summary>Locks that are held once, while somebody else waits for what is made under them: of lazy values and of type initialisers.</summary>
public static class Once
{
    private static readonly object s_g1 = new(), s_g2 = new(), s_g3 = new(), s_g4 = new(), s_g5 = new(), s_g6 = new(), s_g7 = new(), s_g8 = new();
    private static readonly Lazy<int> s_first = new(() => { lock (s_g1) { return 1; } });
    private static readonly Lazy<int> s_second = new(() => { lock (s_g2) { return 1; } });
    private static readonly Lazy<int> s_warm = new(() => { lock (s_g3) { return 1; } });
    private static readonly Lazy<int> s_plain = new(() => 1);

    [Case] public static void NCS0101_lazy_made_by_one_and_read_by_another_under_its_factorys_lock() => Case.InTurn(
        () => _ = s_first.Value,
        () => { lock (s_g1) { _ = s_first.Value; } });

    [Case] public static void NCS0101_lazy_made_under_its_factorys_lock_and_read_without() => Case.InTurn(
        () => { lock (s_g2) { _ = s_second.Value; } },
        () => _ = s_second.Value);

    [Case] public static void Silent_lazy_made_before_the_threads_that_read_it_under_the_lock()
    {
        _ = s_warm.Value;
        Case.AtOnce(() => { lock (s_g3) { _ = s_warm.Value; } }, () => { lock (s_g3) { _ = s_warm.Value; } });
    }

    [Case] public static void Silent_lazy_made_by_a_task_that_was_waited_for()
    {
        object gate = new();
        var lazy = new Lazy<int>(() => { lock (gate) { return 1; } });
        Task.Run(() => _ = lazy.Value).Wait();
        lock (gate) { _ = lazy.Value; }
    }

    [Case] public static void Silent_lazy_whose_factory_takes_nothing() => Case.InTurn(
        () => { lock (s_g4) { _ = s_plain.Value; } },
        () => { lock (s_g5) { _ = s_plain.Value; } });

    [Case] public static void Silent_lazy_always_read_under_the_same_lock()
    {
        object gate = new();
        var lazy = new Lazy<int>(() => { lock (gate) { return 1; } });
        Case.InTurn(() => { lock (gate) { _ = lazy.Value; } }, () => { lock (gate) { _ = lazy.Value; } });
    }

    [Case] public static void Silent_lazy_that_holds_no_lock()
    {
        object gate = new();
        var lazy = new Lazy<int>(() => { lock (gate) { return 1; } }, LazyThreadSafetyMode.PublicationOnly);
        Case.InTurn(() => _ = lazy.Value, () => { lock (gate) { _ = lazy.Value; } });
    }

    [Case] public static void Silent_lazies_of_two_objects()
    {
        Session one = new(), two = new();
        Case.InTurn(one.Open, two.OpenUnder);
    }

    private sealed class Session
    {
        private readonly object _gate = new();
        private readonly Lazy<int> _number;

        public Session() => _number = new(() => { lock (_gate) { return 1; } });

        public void Open() => _ = _number.Value;

        public void OpenUnder() { lock (_gate) { _ = _number.Value; } }
    }

    [Case] public static void NCS0101_lazy_of_one_object_both_ways()
    {
        var session = new Session();
        Case.InTurn(session.Open, session.OpenUnder);
    }

    [Case] public static void Silent_lazy_whose_factory_fails()
    {
        object gate = new();
        var lazy = new Lazy<int>(() => { lock (gate) { throw new InvalidOperationException(); } });
        Case.InTurn(Try, () => { lock (gate) { } Try(); });

        void Try() { try { _ = lazy.Value; } catch (InvalidOperationException) { } }
    }

    private static class First
    {
        internal static readonly int Value;

        static First() { lock (s_g6) { Value = 1; } }
    }

    [Case] public static void NCS0101_type_used_by_one_and_by_another_under_its_initialisers_lock() => Case.InTurn(
        () => _ = First.Value,
        () => { lock (s_g6) { _ = First.Value; } });

    private static class Second
    {
        internal static readonly int Value = Make();

        private static int Make() { lock (s_g7) { return 1; } }
    }

    [Case] public static void NCS0101_type_initialised_under_its_initialisers_lock_and_used_without() => Case.InTurn(
        () => { lock (s_g7) { _ = Second.Value; } },
        () => _ = Second.Value);

    private sealed class Warm
    {
        private static readonly int s_value = Make();

        internal static int Value => s_value;

        private static int Make() { lock (s_g8) { return 1; } }
    }

    [Case] public static void Silent_type_initialised_before_the_threads_that_use_it_under_the_lock()
    {
        _ = Warm.Value;
        Case.AtOnce(() => { lock (s_g8) { _ = Warm.Value; } }, () => { lock (s_g8) { _ = Warm.Value; } }, () => _ = Warm.Value);
    }

    private static class Ping
    {
        internal static readonly int Value = Make();

        private static int Make() { Thread.Sleep(20); return Pong.Value + 1; }
    }

    private static class Pong
    {
        internal static readonly int Value = Make();

        private static int Make() { Thread.Sleep(20); return Ping.Value + 1; }
    }

    /// <summary>The runtime lets one of them through.</summary>
    [Case] public static void Silent_types_whose_initialisers_need_each_other() => Case.AtOnce(() => _ = Ping.Value, () => _ = Pong.Value);

    private static class Failing
    {
        internal static readonly int Value = Make();

        private static int Make() { lock (s_g5) { throw new InvalidOperationException(); } }
    }

    [Case] public static void Silent_type_whose_initialiser_fails()
    {
        Case.InTurn(Try, Try);

        static void Try() { try { _ = Failing.Value; } catch (TypeInitializationException) { } }
    }
}
