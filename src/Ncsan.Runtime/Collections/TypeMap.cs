namespace Ncsan.Runtime.Collections;

/// <summary>Facts by method table. Lookups take no lock and allocate nothing; of two threads that add at once, one goes without.</summary>
/// <remarks>Only for types that are never unloaded: the address of a method table would name another type after that.</remarks>
internal sealed class TypeMap
{
    private Slot[] _slots = new Slot[256];
    private int _count;
    private int _adding;

    internal CollectionFacts? Find(nint methodTable)
    {
        Slot[] slots = Volatile.Read(ref _slots);

        // invariant: the table is never full, so a free place ends the search.
        for (nint i = First(methodTable); ; i++)
        {
            ref Slot slot = ref slots[i & (slots.Length - 1)];
            nint key = Volatile.Read(ref slot.MethodTable);
            if (key == methodTable) { return slot.Facts; }
            if (key == 0) { return null; }
        }
    }

    internal void Add(nint methodTable, CollectionFacts facts)
    {
        if (Interlocked.Exchange(ref _adding, 1) != 0) { return; }
        if (Find(methodTable) is null)
        {
            if (++_count * 2 > _slots.Length) { Grow(); }
            Put(_slots, methodTable, facts);
        }

        Volatile.Write(ref _adding, 0);
    }

    private void Grow()
    {
        var larger = new Slot[_slots.Length * 2];
        foreach (Slot slot in _slots) { if (slot.Facts is { } facts) { Put(larger, slot.MethodTable, facts); } }
        Volatile.Write(ref _slots, larger);
    }

    private static void Put(Slot[] slots, nint methodTable, CollectionFacts facts)
    {
        nint i = First(methodTable);
        while (slots[i & (slots.Length - 1)].MethodTable != 0) { i++; }
        ref Slot slot = ref slots[i & (slots.Length - 1)];
        slot.Facts = facts;

        // The facts must be there before the key that vouches for them.
        Volatile.Write(ref slot.MethodTable, methodTable);
    }

    // Method tables are aligned and lie close together.
    private static nint First(nint methodTable) => (methodTable >> 3) ^ (methodTable >> 12);

    private struct Slot
    {
        internal nint MethodTable;
        internal CollectionFacts? Facts;
    }
}
