using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>A synchronization context whose code all runs on one thread.</summary>
/// <param name="Lock">What its code holds, and what its continuations want.</param>
/// <param name="Thread">The managed id of the thread.</param>
internal sealed record Pump(LockInstance Lock, int Thread);

/// <summary>The contexts that code can be entered in: single-threaded synchronization contexts, inline continuations, cancellation callbacks.</summary>
internal static class Contexts
{
    private static readonly ConditionalWeakTable<SynchronizationContext, Pump> s_pumps = [];
    private static readonly ConcurrentDictionary<string, ConditionalWeakTable<object, LockInstance>> s_events = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, LockInstance> s_entered = new(StringComparer.Ordinal);

    /// <summary>The synchronization context whose code the current thread runs, if all its code runs on one thread. Test frameworks' run it on several.</summary>
    internal static Pump? Current()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        if (context is null || !MayBePump(context)) { return null; }
        Pump pump = s_pumps.GetValue(context, static added => new Pump(
            LockValidation.Validator.AddInstance(LockBinding.Class(added.GetType().Name, null, LockKind.SynchronizationContext, 0)), Environment.CurrentManagedThreadId));
        if (pump.Thread != Environment.CurrentManagedThreadId) { LockValidation.Validator.Unorder(pump.Lock.Class, "it runs code on several threads"); }
        return pump.Lock.Class.Unordered ? null : pump;
    }

    internal static bool MayBePump(SynchronizationContext context) => context.GetType() != typeof(SynchronizationContext) && !context.GetType().FullName!.StartsWith("Xunit.", StringComparison.Ordinal);

    /// <summary>A context whose code was seen to run on one thread, or null.</summary>
    internal static Pump? Known(SynchronizationContext context) => s_pumps.TryGetValue(context, out Pump? pump) && !pump.Lock.Class.Unordered ? pump : null;

    /// <summary>The context of the handlers of an event: one for each object that has it, or one for all where the object is not known.</summary>
    internal static LockInstance OfEvent(object? owner, string name)
    {
        // The same handler in the same object again is how re-entrant code works; only a circle of the very locks is worth a report.
        LockInstance ofAll = Of(name);
        ofAll.Class.IsWeak = true;
        if (owner is null) { return ofAll; }
        ConditionalWeakTable<object, LockInstance> ofEvent = s_events.GetOrAdd(name, static _ => []);
        return ofEvent.GetValue(owner, _ => LockValidation.Validator.AddInstance(ofAll.Class));
    }

    /// <summary>The context of what runs inline when something that was loaded from an origin completes or is cancelled.</summary>
    internal static LockInstance Of(string name) => s_entered.TryGetValue(name, out LockInstance? known) ? known : s_entered.GetOrAdd(name, static named =>
    {
        LockClass added = LockValidation.Validator.AddClass(named, LockKind.Context);
        added.EnteredInline = true;
        return LockValidation.Validator.AddInstance(added);
    });
}
