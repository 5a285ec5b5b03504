using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>A synchronization context whose code all runs on one thread.</summary>
/// <param name="Lock">What its code holds, and what its continuations want.</param>
/// <param name="Thread">The managed id of the thread.</param>
internal sealed record Pump(LockInstance Lock, int Thread);

/// <summary>The contexts that code can be entered in: single-threaded synchronization contexts, inline continuations, cancellation callbacks.</summary>
internal static class Contexts
{
    private static readonly ConditionalWeakTable<SynchronizationContext, Pump> s_pumps = [];
    private static readonly ConcurrentDictionary<string, LockInstance> s_entered = new(StringComparer.Ordinal);

    /// <summary>The synchronization context whose code the current thread runs, if all its code runs on one thread. Test frameworks' run it on several.</summary>
    internal static Pump? Current()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        if (context is null || context.GetType() == typeof(SynchronizationContext) || context.GetType().FullName!.StartsWith("Xunit.", StringComparison.Ordinal)) { return null; }
        Pump pump = s_pumps.GetValue(context, static added => new Pump(
            LockValidation.Validator.AddInstance(LockBinding.Class(added.GetType().Name, null, LockKind.SynchronizationContext, 0)), Environment.CurrentManagedThreadId));
        if (pump.Thread != Environment.CurrentManagedThreadId) { LockValidation.Validator.Unorder(pump.Lock.Class, "it runs code on several threads"); }
        return pump.Lock.Class.Unordered ? null : pump;
    }

    /// <summary>The context of what runs inline when something that was loaded from an origin completes or is cancelled.</summary>
    internal static LockInstance Of(string name) => s_entered.TryGetValue(name, out LockInstance? known) ? known : s_entered.GetOrAdd(name, static named =>
    {
        LockClass added = LockValidation.Validator.AddClass(named, LockKind.Context);
        added.EnteredInline = true;
        return LockValidation.Validator.AddInstance(added);
    });
}
