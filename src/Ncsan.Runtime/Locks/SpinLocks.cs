using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>
/// Spin locks are structs, which move with what they are part of: one is known by the object that it lies in and its place there, or by its static. What is
/// known only by its address shares one stand-in with all of its origin.
/// </summary>
internal static class SpinLocks
{
    private static readonly ConcurrentDictionary<string, Unknown> s_unknown = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, object> s_statics = new(StringComparer.Ordinal);
    private static readonly ConditionalWeakTable<object, ConcurrentDictionary<(string Place, int Index), object>> s_within = [];

    /// <summary>Whether a stand-in is one for all of an origin.</summary>
    internal static bool IsUnknown(object standIn) => standIn is Unknown;

    /// <summary>A spin lock is about to be waited for. What it says itself about its holder settles what cannot be told from here.</summary>
    internal static void Want(HeldLocks thread, ref SpinLock spinLock, object? owner, int index, string place, string origin, AcquireFlags flags, int site)
    {
        if (thread.Inside != 0) { return; }
        object standIn = Of(owner, index, place, origin);
        if (!IsUnknown(standIn))
        {
            bool held = MayHold(ref spinLock);
            int mine = thread.FindObject(standIn);
            if (!held && mine >= 0) { thread.RemoveAt(mine); } // given back where nobody looked
            else if (held && spinLock.IsThreadOwnerTrackingEnabled && (mine < 0 || (flags & AcquireFlags.Try) != 0)) { Again(thread, standIn, owner, index, origin, site); }
        }

        LockEvents.Want(thread, standIn, index < 0 ? owner : null, origin, LockKind.SpinLock, WantMode.Exclusive, flags, site);
    }

    /// <summary>A spin lock is about to be released.</summary>
    internal static void Releasing(HeldLocks thread, ref SpinLock spinLock, object? owner, int index, string place, string origin, int site)
    {
        if (thread.Inside != 0) { return; }
        object standIn = Of(owner, index, place, origin);
        int mine = Find(thread, standIn);
        if (MayHold(ref spinLock))
        {
            if (mine >= 0) { LockEvents.Releasing(thread, thread.Entries[mine].Object, LockKind.SpinLock, null, site); }
            return;
        }

        if (mine >= 0 && ReferenceEquals(thread.Entries[mine].Object, standIn)) { thread.RemoveAt(mine); }
        LockInstance instance = LockBinding.Of(thread, standIn, index < 0 ? owner : null, origin, LockKind.SpinLock, site);
        LockReleases.Wrong(thread, instance, spinLock.IsThreadOwnerTrackingEnabled ? "the thread does not hold it" : "nobody holds it", site);
    }

    /// <summary>Whether the lock itself says that this thread holds it, or somebody where it does not say who.</summary>
    private static bool MayHold(ref SpinLock spinLock) => spinLock.IsThreadOwnerTrackingEnabled ? spinLock.IsHeldByCurrentThread : spinLock.IsHeld;

    /// <summary>The entry that a release is of. One that was taken or is released by its address alone is the newest that it can be; and where such a release has ended another's hold, it is the
    /// newest that is left.</summary>
    private static int Find(HeldLocks thread, object standIn)
    {
        int exact = thread.FindObject(standIn), newest = -1;
        for (int i = thread.Depth - 1; i >= 0 && exact < 0; i--)
        {
            if (thread.Entries[i] is not { Class.Kind: LockKind.SpinLock, Object: { } other }) { continue; }
            if (IsUnknown(standIn) || IsUnknown(other)) { exact = i; }
            if (newest < 0) { newest = i; }
        }

        return exact >= 0 ? exact : newest;
    }

    private static void Again(HeldLocks thread, object standIn, object? owner, int index, string origin, int site)
    {
        thread.Inside++;
        try { LockValidation.Validator.TakenAgain(thread, LockBinding.Of(thread, standIn, index < 0 ? owner : null, origin, LockKind.SpinLock, site), site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <param name="owner">The object that the lock lies in; null for a static, and where it is not known, as when another copy of the code has taken over since it was.</param>
    /// <param name="index">The element of an array, or -1.</param>
    /// <param name="place">The fields that lead to it, from an object or a static; empty where its place is not known.</param>
    /// <param name="origin">The name of its class.</param>
    private static object Of(object? owner, int index, string place, string origin)
    {
        if (owner is not null) { return s_within.GetValue(owner, static _ => []).GetOrAdd((place, index), static _ => new object()); }
        return place.Length > 0 && place[0] is not ('.' or '[') ? s_statics.GetOrAdd(place, static _ => new object()) : s_unknown.GetOrAdd(origin, static _ => new Unknown());
    }

    private sealed class Unknown;
}
