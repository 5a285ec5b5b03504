using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Collections;

/// <summary>Facts by type. Lookups take no lock and allocate nothing; of two threads that add at once, one goes without.</summary>
internal sealed class TypeMap
{
    private Entry?[] _entries = new Entry?[256];
    private int _count;
    private int _adding;

    internal CollectionFacts? Find(Type type)
    {
        Entry?[] entries = Volatile.Read(ref _entries);
        for (int i = RuntimeHelpers.GetHashCode(type); ; i++)
        {
            // invariant: the table is never full, so a free place ends the search.
            if (Volatile.Read(ref entries[i & (entries.Length - 1)]) is not { } entry) { return null; }
            if (entry.Type == type) { return entry.Facts; }
        }
    }

    internal void Add(Type type, CollectionFacts facts)
    {
        if (Interlocked.Exchange(ref _adding, 1) != 0) { return; }
        if (Find(type) is null)
        {
            if (++_count * 2 > _entries.Length) { Grow(); }
            Put(_entries, new Entry(type, facts));
        }

        Volatile.Write(ref _adding, 0);
    }

    private void Grow()
    {
        var larger = new Entry?[_entries.Length * 2];
        foreach (Entry? entry in _entries) { if (entry is not null) { Put(larger, entry); } }
        Volatile.Write(ref _entries, larger);
    }

    private static void Put(Entry?[] entries, Entry entry)
    {
        int i = RuntimeHelpers.GetHashCode(entry.Type);
        while (entries[i & (entries.Length - 1)] is not null) { i++; }
        Volatile.Write(ref entries[i & (entries.Length - 1)], entry);
    }

    private sealed record Entry(Type Type, CollectionFacts Facts);
}
