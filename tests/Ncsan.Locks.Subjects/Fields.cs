using System.Collections.Concurrent;

namespace Ncsan.Locks.Subjects;

/// <summary>One field is one class, whether it is reached through <c>this</c> or through another reference; types of owners tell classes apart, but order nothing among themselves.</summary>
public static class Fields
{
    private sealed class Box(int number)
    {
        private readonly ReaderWriterLockSlim _gate = new();
        private int _value;

        public void CopyFrom(Box other)
        {
            _gate.EnterWriteLock();
            other._gate.EnterReadLock();
            _value = other._value;
            other._gate.ExitReadLock();
            _gate.ExitWriteLock();
        }

        public void CopyInOrderFrom(Box other)
        {
            if (number < other.Number) { _gate.EnterWriteLock(); other._gate.EnterReadLock(); } else { other._gate.EnterReadLock(); _gate.EnterWriteLock(); }
            _value = other._value;
            other._gate.ExitReadLock();
            _gate.ExitWriteLock();
        }

        public int Number => number;
    }

    [Case] public static void NCS0103_own_lock_then_that_of_another()
    {
        Box a = new(1), b = new(2);
        Case.InTurn(() => a.CopyFrom(b), () => b.CopyFrom(a));
    }

    [Case] public static void Silent_own_lock_and_that_of_another_ordered_by_number()
    {
        Box[] all = [new(1), new(2), new(3), new(4)];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = 0; j < all.Length; j++)
            {
                int to = i, from = j;
                if (to != from) { Case.InTurn(() => all[to].CopyInOrderFrom(all[from])); }
            }
        }
    }

    private class Part
    {
        public readonly object Gate = new();

        public void With(Part next) { lock (Gate) { lock (next.Gate) { } } }
    }

    private sealed class Wheel : Part;

    private sealed class Axle : Part;

    [Case] public static void Silent_parts_of_any_type_ordered_by_place()
    {
        Part[] all = [new Wheel(), new Axle(), new Wheel(), new Axle()];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i + 1; j < all.Length; j++)
            {
                int first = i, second = j;
                Case.InTurn(() => all[first].With(all[second]), () => { lock (all[first].Gate) { lock (all[second].Gate) { } } });
            }
        }
    }

    [Case] public static void NCS0103_parts_of_two_types_both_ways()
    {
        Part wheel = new Wheel(), axle = new Axle();
        Case.InTurn(() => wheel.With(axle), () => axle.With(wheel));
    }

    private static readonly object s_list = new();

    private static void ListUnder(Part part) { lock (part.Gate) { lock (s_list) { } } }

    private static void UnderList(Part part) { lock (s_list) { lock (part.Gate) { } } }

    [Case] public static void Silent_another_order_for_another_type() => Case.InTurn(() => ListUnder(new Wheel()), () => UnderList(new Axle()));

    private class Plate
    {
        public readonly object Gate = new();

        public void Log() { lock (Gate) { lock (s_log) { } } }
    }

    private static readonly object s_log = new();

    private static void UnderLog(Plate plate) { lock (s_log) { lock (plate.Gate) { } } }

    [Case] public static void NCS0101_one_class_through_this_and_through_a_parameter() => Case.InTurn(() => new Plate().Log(), () => UnderLog(new Plate()));

    private sealed class Keyed
    {
        private readonly ConcurrentDictionary<string, SemaphoreSlim> _all = new();

        private SemaphoreSlim Of(string key) => _all.GetOrAdd(key, static _ => new SemaphoreSlim(1, 1));

        public async Task Both(string a, string b)
        {
            SemaphoreSlim outer = Of(a);
            await outer.WaitAsync();
            SemaphoreSlim inner = Of(b);
            await inner.WaitAsync();
            await Task.Delay(1);
            inner.Release();
            outer.Release();
        }
    }

    [Case] public static async Task NCS0103_two_locals_with_locks_of_one_dictionary()
    {
        var keyed = new Keyed();
        await keyed.Both("a", "b");
        await keyed.Both("b", "a");
    }

    [Case] public static async Task Silent_two_locals_with_locks_of_one_dictionary_in_order()
    {
        var keyed = new Keyed();
        await keyed.Both("a", "b");
        await keyed.Both("a", "c");
        await keyed.Both("b", "c");
    }
}
