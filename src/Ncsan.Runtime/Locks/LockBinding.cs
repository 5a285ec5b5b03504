using System.Runtime.CompilerServices;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Locks;

/// <summary>Which class a lock object belongs to: settled when it is first taken, by the place it was loaded from there.</summary>
/// <remarks>
/// The origin is what the rewriter found out about the operand: a field or static (<c>Bank._gate</c>), or for parameters and results the site itself. An
/// origin that begins with <see cref="Weak"/> says little, so the type of the lock object is part of the class too.
/// </remarks>
internal static class LockBinding
{
    /// <summary>The first character of an origin that is not a place where locks live.</summary>
    internal const char Weak = '?';

    /// <summary>How an origin begins that is the object itself; its declared type follows.</summary>
    private const string This = "this of ";

    private const int LookupsBeforeTarget = 4;

    private static readonly ConditionalWeakTable<object, LockInstance> s_instances = [];
    private static readonly Dictionary<(string Origin, Type? Owner, LockKind Kind, int Subclass), LockClass> s_classes = [];
    private static readonly GraphLock s_lock = new();

    /// <summary>The lock behind an object. Fast when the thread met it at this site before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static LockInstance Of(HeldLocks thread, object lockObject, object? owner, string origin, LockKind kind, int site)
    {
        LockInstance? recent = thread.Recent[site & (HeldLocks.RecentSize - 1)];
        return recent is not null && recent.Is(lockObject) ? recent : LookUp(thread, lockObject, owner, origin, kind, site);
    }

    /// <summary>The lock behind an object that was taken before, or null.</summary>
    internal static LockInstance? Known(object lockObject) => s_instances.TryGetValue(lockObject, out LockInstance? instance) ? instance : null;

    private static LockInstance LookUp(HeldLocks thread, object lockObject, object? owner, string origin, LockKind kind, int site)
    {
        if (!s_instances.TryGetValue(lockObject, out LockInstance? instance)) { instance = Bind(thread, lockObject, owner, origin, kind); }
        if (instance.Target is not null || ++instance.Lookups >= LookupsBeforeTarget)
        {
            instance.Target ??= new WeakReference<object>(lockObject);
            thread.Recent[site & (HeldLocks.RecentSize - 1)] = instance;
        }

        return instance;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LockInstance Bind(HeldLocks thread, object lockObject, object? owner, string origin, LockKind kind)
    {
        thread.Inside++;
        try
        {
            Type? type = origin[0] == Weak ? lockObject.GetType() : owner?.GetType();
            LockClass lockClass = Class(origin, origin[0] == Weak && kind == LockKind.SpinLock ? null : type, kind, 0);
            if (lockObject is ReaderWriterLockSlim { RecursionPolicy: LockRecursionPolicy.SupportsRecursion }) { lockClass.Reentrant = true; }
            if (kind.IsSemaphore() && SemaphoreReleases.CameFirst(lockObject)) { LockValidation.Validator.Signal(lockClass); }

            // Threads that meet a lock for the first time at once each make an instance, and one of them is kept: a class must not seem to have more locks than it has.
            LockInstance? made = null;
            LockInstance kept = s_instances.GetValue(lockObject, _ => made = LockValidation.Validator.AddInstance(lockClass));
            if (kind == LockKind.SpinLock && SpinLocks.IsUnknown(lockObject)) { kept.IsStandIn = true; }
            if (made is not null && !ReferenceEquals(made, kept)) { Interlocked.Decrement(ref lockClass.Instances); }
            return kept;
        }
        finally
        {
            thread.Inside--;
        }
    }

    /// <summary>Gives an object a class of the program's choice, or another nesting level of its own. Ignored once it has been taken.</summary>
    internal static void Name(object lockObject, Type? owner, string origin, LockKind kind, int subclass)
        => s_instances.GetValue(lockObject, _ => LockValidation.Validator.AddInstance(Class(origin, owner, kind, subclass)));

    internal static LockClass Class(string origin, Type? owner, LockKind kind, int subclass)
    {
        s_lock.Enter();
        try
        {
            if (s_classes.TryGetValue((origin, owner, kind, subclass), out LockClass? known)) { return known; }
            LockClass added = s_classes[(origin, owner, kind, subclass)] = LockValidation.Validator.AddClass(NameOf(origin, owner), kind, subclass);
            added.IsWeak = origin[0] == Weak;
            added.Place = added.IsWeak ? null : origin;
            return added;
        }
        finally
        {
            s_lock.Exit();
        }
    }

    /// <summary>The origin, with what only the run-time type tells: its name if it is not in the origin, or its arguments.</summary>
    private static string NameOf(string origin, Type? owner)
    {
        if (origin[0] == Weak) { return owner?.Namespace is null or "System" or "System.Threading" ? origin[1..] : $"{origin[1..]} ({SourceNames.OfType(owner)})"; }
        if (owner is null) { return origin; }
        if (origin.StartsWith(This, StringComparison.Ordinal)) { return This + SourceNames.OfType(owner); }
        if (!IsDeclaredBy(owner, origin)) { return $"{origin} of {SourceNames.OfType(owner)}"; }
        int end = origin.LastIndexOf(">.", StringComparison.Ordinal);
        return owner.IsConstructedGenericType && end > 0 && !owner.Name.StartsWith('<') ? SourceNames.OfType(owner) + origin[(end + 1)..] : origin;
    }

    private static bool IsDeclaredBy(Type owner, string origin)
    {
        string name = owner.Name.Split('`')[0];
        return origin.StartsWith(name + ".", StringComparison.Ordinal) || origin.StartsWith(name + "<", StringComparison.Ordinal) || origin.Contains("." + name + ".", StringComparison.Ordinal)
            || origin.Contains("." + name + "<", StringComparison.Ordinal)
            || owner.Name.StartsWith('<');
    }
}
