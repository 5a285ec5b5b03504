using System.Globalization;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Sites;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>Counts under which lock the accesses of each site were made, so that a finding can say which one usually guards its member.</summary>
/// <remarks>Only the accesses that the slow path sees, while the lock validator is on and another thread is there: a thread alone needs no lock. Threads
/// may lose one another's counts.</remarks>
internal static class UsualLocks
{
    private const int Capacity = 16_384, Probes = 16;

    /// <summary>Fewer accesses say nothing.</summary>
    private const int Fewest = 20;

    /// <summary>Of a hundred accesses, how many make a lock the usual one.</summary>
    private const int UsualShare = 80;

    /// <summary>Site and lock class, one more than its number; 0 in place of the class where no lock was held.</summary>
    private static readonly long[] s_keys = new long[Capacity];
    private static readonly int[] s_counts = new int[Capacity];
    private static readonly LockClass?[] s_classes = new LockClass?[Capacity];

    /// <summary>An access is about to happen.</summary>
    internal static void Count(in Access access)
    {
        if (access.Is(AccessKind.Assert | AccessKind.Scoped) || FrameworkLink.IsFrameworkSite(access.Site) || Census.IsAlone(access.Thread)) { return; }
        Count(access.Site, Innermost());
    }

    /// <summary>The same of a known lock class, or of none.</summary>
    internal static void Count(int site, LockClass? lockClass)
    {
        long key = (1L << 62) | ((long)site << 31) | (uint)(lockClass is null ? 0 : lockClass.Id + 1);
        uint hash = (uint)((ulong)key * 0x9E3779B97F4A7C15 >> 50);
        for (uint i = 0; i < Probes; i++)
        {
            uint at = (hash + i) % Capacity;
            long found = Volatile.Read(ref s_keys[at]);
            if (found == 0) { found = Interlocked.CompareExchange(ref s_keys[at], key, 0); }
            if (found != 0 && found != key) { continue; }
            s_classes[at] ??= lockClass;
            s_counts[at]++;
            return;
        }
    }

    /// <summary>The lock that usually guards a member, such as <c>Account._gate in 96 % of 1,204</c>, or null. Reads site tables: for the reporter thread.</summary>
    /// <param name="member">The member, as sites name it.</param>
    /// <param name="heldByBoth">The classes that both sides of the finding held: those guard nothing here.</param>
    internal static string? Of(string member, IReadOnlyCollection<string> heldByBoth) => Of(member, heldByBoth, static site => Modules.Find(site)?.Member);

    /// <summary>The same with the members of sites from elsewhere.</summary>
    internal static string? Of(string member, IReadOnlyCollection<string> heldByBoth, Func<int, string?> memberOf)
    {
        if (FieldOf(member) is not { } field) { return null; }
        var counts = new Dictionary<LockClass, long>();
        long total = 0;
        for (int i = 0; i < Capacity; i++)
        {
            long key = Volatile.Read(ref s_keys[i]);
            if (key == 0 || memberOf((int)((key >> 31) & int.MaxValue)) is not { } other || FieldOf(other) != field) { continue; }
            total += s_counts[i];
            if (s_classes[i] is { IsWeak: false } known) { counts[known] = counts.GetValueOrDefault(known) + s_counts[i]; }
        }

        if (total < Fewest || counts.Count == 0) { return null; }
        (LockClass usual, long guarded) = counts.MaxBy(static c => c.Value);
        if (guarded * 100 < total * UsualShare || heldByBoth.Contains(usual.Name)) { return null; }
        return string.Create(CultureInfo.InvariantCulture, $"{usual.Name} in {guarded * 100 / total} % of {total:N0}");
    }

    /// <summary>The field without what stands behind it, its type or a collection's operation. Elements of arrays and captured locals have no name of their own.</summary>
    private static string? FieldOf(string member) =>
        member.IndexOf(" (", StringComparison.Ordinal) is > 0 and var end && member.AsSpan(0, end).Contains('.') ? member[..end] : null;

    private static LockClass? Innermost()
    {
        if (LockThreads.CurrentOrNull is not { Depth: > 0 } held) { return null; }
        for (int i = held.Depth - 1; i >= 0; i--)
        {
            ref HeldLock entry = ref held.Entries[i];
            LockClass lockClass = entry.Class;

            // Unordered: a signal, a throttle, or more classes than there is room for.
            if (lockClass.Kind.IsLock() && !lockClass.Unordered && (entry.Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) == 0) { return lockClass; }
        }

        return null;
    }
}
