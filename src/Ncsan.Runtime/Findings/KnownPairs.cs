using Ncsan.Runtime.Framework;

namespace Ncsan.Runtime.Findings;

/// <summary>The pairs of sites that have been reported, so that a repeat costs a count and no stack trace.</summary>
/// <remarks>A fixed table without locks; when it is full, repeats are recognised by the reporter thread only. Two sites of an instrumented framework are the same for every object of a
/// type, so one more meeting there may be another defect of the program: only its lines can tell, and the first meetings are taken for repeats by the reporter thread alone.</remarks>
internal static class KnownPairs
{
    private const int Capacity = 4096, Probes = 16;

    /// <summary>So many meetings of two sites of the framework are looked at, and then one in so many.</summary>
    private const int FirstLooks = 64, LookEvery = 64;

    private static readonly long[] s_keys = new long[Capacity];
    private static readonly int[] s_counts = new int[Capacity];

    /// <summary>Whether a meeting of the two is a repeat for sure.</summary>
    internal static bool Contains(int site1, int site2) => IndexOf(Key(site1, site2)) is >= 0 and var index && !IsToBeLookedAt(site1, site2, Volatile.Read(ref s_counts[index]));

    /// <summary>Counts one more encounter of a known pair.</summary>
    /// <param name="site1">A site.</param>
    /// <param name="site2">The other.</param>
    /// <param name="told">Both sides know their stacks, so that it can be told whether it is a repeat.</param>
    internal static bool TryCount(int site1, int site2, bool told)
    {
        int index = IndexOf(Key(site1, site2));
        if (index < 0) { return false; }
        return !IsToBeLookedAt(site1, site2, Interlocked.Increment(ref s_counts[index]) - 1) || !told;
    }

    private static bool IsToBeLookedAt(int site1, int site2, int count) =>
        (FrameworkLink.IsFrameworkSite(site1) || FrameworkLink.IsFrameworkSite(site2)) && (count < FirstLooks || count % LookEvery == 0);

    /// <summary>How often the pair was counted since it became known.</summary>
    internal static int CountOf(int site1, int site2) => IndexOf(Key(site1, site2)) is >= 0 and var index ? Volatile.Read(ref s_counts[index]) : 0;

    /// <summary>Only the reporter thread adds.</summary>
    internal static void Add(int site1, int site2)
    {
        long key = Key(site1, site2);
        for (int i = 0; i < Probes; i++)
        {
            ref long slot = ref s_keys[(Hash(key) + i) % Capacity];
            if (slot == key) { return; }
            if (slot == 0)
            {
                Volatile.Write(ref slot, key);
                return;
            }
        }
    }

    private static int IndexOf(long key)
    {
        for (int i = 0; i < Probes; i++)
        {
            int index = (Hash(key) + i) % Capacity;
            long found = Volatile.Read(ref s_keys[index]);
            if (found == key) { return index; }
            if (found == 0) { return -1; }
        }

        return -1;
    }

    private static long Key(int site1, int site2) => (1L << 62) | ((long)Math.Min(site1, site2) << 31) | (uint)Math.Max(site1, site2);

    private static int Hash(long key) => (int)((ulong)key * 0x9E3779B97F4A7C15 >> 52);
}
