using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Graph;

/// <summary>
/// The chain keys that were validated. Looking one up takes no lock: <see cref="Contains"/> is the fast path of every nested acquire.
/// </summary>
/// <remarks>
/// Open addressing over a table of keys; 0 is an empty slot. Only the holder of the graph's lock adds or grows. A reader that still
/// looks at the table before a growth may miss a key, which costs a second validation and nothing else.
/// </remarks>
internal sealed class ChainCache(int limit)
{
    private const int FirstSize = 1024;

    private ulong[] _table = new ulong[FirstSize];

    internal int Count { get; private set; }

    /// <summary>No further key is taken: what is known stays, what is new is not validated.</summary>
    internal bool Full => Count >= limit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Contains(ulong key)
    {
        ulong[] table = _table;
        int mask = table.Length - 1;
        for (int slot = (int)(key >> 32) & mask; ; slot = (slot + 1) & mask)
        {
            ulong there = Volatile.Read(ref table[slot]);
            if (there == key) { return true; }
            if (there == 0) { return false; }
        }
    }

    /// <summary>Adds a key. The caller holds the graph's lock.</summary>
    internal void Add(ulong key)
    {
        if (Full || key == 0 || Contains(key)) { return; }
        if (Count * 2 >= _table.Length) { Grow(); }
        Insert(_table, key);
        Count++;
    }

    private void Grow()
    {
        var larger = new ulong[_table.Length * 2];
        foreach (ulong key in _table) { if (key != 0) { Insert(larger, key); } }
        Volatile.Write(ref _table, larger);
    }

    private static void Insert(ulong[] table, ulong key)
    {
        int mask = table.Length - 1, slot = (int)(key >> 32) & mask;
        while (table[slot] != 0) { slot = (slot + 1) & mask; }
        Volatile.Write(ref table[slot], key);
    }
}
