using Ncsan.Annotations;

namespace Ncsan.Locks.Subjects;

/// <summary>What programs say about their locks.</summary>
public static class Notes
{
    private static readonly object s_a = new(), s_b = new(), s_c = new(), s_d = new(), s_e = new(), s_f = new(), s_g = new();

    [Case] public static void NCS0111_asserted_held_and_is_not() => LockOrder.AssertHeld(s_a);

    [Case] public static void NCS0111_asserted_not_held_and_is() { lock (s_b) { LockOrder.AssertNotHeld(s_b); } }

    [Case] public static void NCS0109_released_while_pinned() { lock (s_c) { LockOrder.Pin(s_c); } }

    [Case] public static void NCS0108_blocks_under_a_lock_marked_spinning()
    {
        LockOrder.Spinning(s_d);
        lock (s_d) { lock (s_e) { } }
    }

    [Case] public static void NCS0106_own_map_waited_for_under_its_lock() => Case.InTurn(
        () => { using (LockOrder.Run("pump")) { lock (s_f) { } } },
        () => { lock (s_f) { LockOrder.WaitFor("pump"); } });

    [Case] public static void Silent_assertions_that_hold()
    {
        lock (s_g)
        {
            LockOrder.AssertHeld(s_g);
            LockOrder.Pin(s_g);
            LockOrder.Unpin(s_g);
        }

        LockOrder.AssertNotHeld(s_g);
    }

    private sealed class Item
    {
        public readonly object Gate = new();
    }

    [Case] public static void Silent_siblings_nested_under_their_parent()
    {
        object parent = new();
        Item one = new(), two = new();
        Case.InTurn(() => Both(one, two), () => Both(two, one));

        void Both(Item first, Item second)
        {
            lock (parent)
            {
                lock (first.Gate)
                {
                    LockOrder.NestUnder(second.Gate, parent);
                    lock (second.Gate) { }
                }
            }
        }
    }

    [Case] public static void Silent_a_class_out_of_validation()
    {
        object a = new(), b = new();
        LockOrder.Class(a, "audit");
        LockOrder.NoValidate(a);
        Case.InTurn(() => { lock (a) { lock (b) { } } }, () => { lock (b) { lock (a) { } } });
    }

    [Case] public static void NCS0101_classes_of_the_programs_own()
    {
        object[] locks = [new(), new()];
        LockOrder.Class(locks[0], "first");
        LockOrder.Subclass(locks[1], 1);
        Case.InTurn(() => { lock (locks[0]) { lock (locks[1]) { } } }, () => { lock (locks[1]) { lock (locks[0]) { } } });
    }

    private sealed class Ledger
    {
        [LockClass("the books")] private readonly object _gate = new();

        public void WithPen() { lock (_gate) { lock (s_pen) { } } }

        public void WithInk() { lock (_gate) { lock (s_ink) { } } }
    }

    private sealed class Journal
    {
        [LockClass("the books")] public object Gate { get; } = new();
    }

    private static readonly object s_pen = new(), s_ink = new();

    [Case] public static void NCS0101_two_fields_of_one_named_class() => Case.InTurn(
        () => new Ledger().WithPen(),
        () => { lock (s_pen) { lock (new Journal().Gate) { } } });

    [Case] public static void Silent_two_fields_of_one_named_class_in_one_order() => Case.InTurn(
        () => new Ledger().WithInk(),
        () => { lock (new Journal().Gate) { lock (s_ink) { } } });
}
