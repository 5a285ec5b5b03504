using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>The maps of tasks: one for each async method and for each delegate that is given to a task, a thread or the pool.</summary>
/// <remarks>The rewriter names a map by <c>key\nname</c>. The key of an async method is the full name of its state machine, which a suspended task's own type tells too.</remarks>
internal static class Maps
{
    private static readonly ConcurrentDictionary<string, LockInstance> s_byKey = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<Type, LockInstance?> s_byTaskType = new();
    private static readonly FieldInfo? s_action = typeof(Task).GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic);
    private static readonly FieldInfo? s_startHelper = typeof(Thread).GetField("_startHelper", BindingFlags.Instance | BindingFlags.NonPublic);
    private static readonly FieldInfo? s_start = s_startHelper?.FieldType.GetField("_start", BindingFlags.Instance | BindingFlags.NonPublic);
    private static readonly ConditionalWeakTable<Thread, ThreadRun> s_byThread = [];
    private static LockInstance?[] s_bySite = [];

    /// <summary>The map of this name. One load for a site that asked before.</summary>
    internal static LockInstance Of(string keyAndName, int site)
    {
        LockInstance?[] bySite = s_bySite;
        return (uint)site < (uint)bySite.Length && bySite[site] is { } known ? known : OfSlow(keyAndName, site);
    }

    /// <summary>The map of whatever a task runs, or null when it does not say: it never suspended, or nobody wrapped what it runs.</summary>
    internal static LockInstance? OfTask(Task task)
    {
        if (s_byTaskType.GetOrAdd(task.GetType(), static type => OfType(type)) is { } map) { return map; }
        if (task.AsyncState is IAsyncBody { Inner: { } inner } body) { return OfTask(inner) ?? OfAsyncMethod(body.Method); }
        return BodyOf(task)?.Map;
    }

    /// <summary>The delegate that a task runs or will run; null when nobody wrapped that, and once it has ended.</summary>
    internal static MapBody? BodyOf(Task task) => (s_action?.GetValue(task) as Delegate)?.Target as MapBody;

    /// <summary>The map of what a thread of the program's own runs, will run or has run; null when nobody wrapped that.</summary>
    internal static LockInstance? OfThread(Thread thread) => s_byThread.TryGetValue(thread, out ThreadRun? run) ? run.Map : BodyOf(thread)?.Map;

    /// <summary>What a thread of the program's own runs or will run; null when nobody wrapped that, and some time after it has ended.</summary>
    internal static MapBody? BodyOf(Thread thread)
    {
        // A thread drops what it was given just before it begins with it.
        if (s_byThread.TryGetValue(thread, out ThreadRun? run)) { return run.Body.TryGetTarget(out MapBody? body) ? body : null; }
        return s_startHelper?.GetValue(thread) is { } helper ? (s_start?.GetValue(helper) as Delegate)?.Target as MapBody : null;
    }

    /// <summary>A thread of the program's own begins with its body. From here on it no longer tells what it was given.</summary>
    internal static void Begins(Thread thread, MapBody body) => s_byThread.TryAdd(thread, new ThreadRun(body.Map, new WeakReference<MapBody>(body)));

    /// <summary>The map of an async method that has run. One that never suspended leaves a task that says nothing.</summary>
    /// <remarks>By the compiler's name for its state machine: its attribute would be read by making it. Overloads have the same name and stay unknown.</remarks>
    private static LockInstance? OfAsyncMethod(MethodInfo method)
    {
        string name = $"<{method.Name}>d";
        Type? machine = null;
        foreach (Type nested in method.DeclaringType?.GetNestedTypes(BindingFlags.NonPublic) ?? [])
        {
            if (!nested.Name.StartsWith(name, StringComparison.Ordinal)) { continue; }
            if (machine is not null) { return null; }
            machine = nested;
        }

        return machine is null ? null : OfMachine(machine);
    }

    /// <summary>The map of an async iterator, which is its own state machine, or null.</summary>
    internal static LockInstance? OfIterator(object iterator) => s_byTaskType.GetOrAdd(iterator.GetType(), static type => OfMachine(type));

    /// <summary>The map of this name, or that of a delegate where the code does not say what it runs.</summary>
    internal static LockInstance Of(string? keyAndName, Delegate body, int site) => keyAndName is null ? OfMethod(body.Method) : Of(keyAndName, site);

    /// <summary>The map of a method that only the delegate names.</summary>
    internal static LockInstance OfMethod(MethodInfo method) => ByKey($"{method.DeclaringType?.FullName}::{method.Name}", Sites.SourceNames.Of(method));

    internal static LockInstance ByKey(string key, string name) => s_byKey.GetOrAdd(key, static (_, named) =>
        LockValidation.Validator.AddInstance(LockValidation.Validator.AddClass(named, LockKind.Map)), name);

    private static LockInstance OfSlow(string keyAndName, int site)
    {
        int end = keyAndName.IndexOf('\n', StringComparison.Ordinal);
        LockInstance map = ByKey(keyAndName[..end], keyAndName[(end + 1)..]);
        if ((uint)site < Races.Sampler.MaxSites)
        {
            LockInstance?[] bySite = s_bySite;
            if (site >= bySite.Length) { Array.Resize(ref bySite, Math.Max(256, site * 2)); }
            bySite[site] = map;
            s_bySite = bySite;
        }

        return map;
    }

    /// <summary>AsyncStateMachineBox of a result and a state machine; anything else has no state machine to name.</summary>
    private static LockInstance? OfType(Type task)
    {
        for (Type? type = task; type is not null; type = type.BaseType)
        {
            if (!type.IsConstructedGenericType || type.GetGenericArguments() is not [_, var machine] || !type.Name.Contains("StateMachineBox", StringComparison.Ordinal)) { continue; }
            return OfMachine(machine);
        }

        return null;
    }

    private static LockInstance? OfMachine(Type machine) => s_byKey.GetValueOrDefault((machine.IsGenericType ? machine.GetGenericTypeDefinition() : machine).FullName ?? "");

    /// <summary>What a thread was given. Whoever keeps the thread does not keep what its delegate has captured, as he does not without us.</summary>
    private sealed record ThreadRun(LockInstance Map, WeakReference<MapBody> Body);
}
