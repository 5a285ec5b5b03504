using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>Handles that the system knows by a name: all objects of one name are one lock, which the name stands for.</summary>
internal static class NamedHandles
{
    /// <summary>Programs that make up a name for every piece of work must not keep all of them; handles of further names are locks of their own.</summary>
    private const int MostNames = 1024;

    private static readonly ConditionalWeakTable<object, Name> s_byHandle = [];
    private static readonly ConcurrentDictionary<string, Name> s_byName = new(StringComparer.Ordinal);
    private static volatile bool s_any;

    /// <summary>What stands for a lock object: the name of a handle that has one, else the object itself.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(lockObject))]
    internal static object? Of(object? lockObject) => s_any && lockObject is WaitHandle && s_byHandle.TryGetValue(lockObject, out Name? name) ? name : lockObject;

    /// <summary>Whether other objects stand for the same lock.</summary>
    internal static bool IsShared(object handle) => s_any && s_byHandle.TryGetValue(handle, out Name? name) && name.Handles > 1;

    /// <summary>A handle was made or opened by a name.</summary>
    internal static void Add(WaitHandle handle, string name, NamedWaitHandleOptions? options)
    {
        LockKind? kind = handle switch { Mutex => LockKind.Mutex, Semaphore => LockKind.Semaphore, _ => null };

        // Without a prefix a name is one of the session.
        string text = name.StartsWith(@"Local\", StringComparison.Ordinal) ? name[6..] : name;
        string key = $"{kind}:{text}{(options is { } given ? $":{given.CurrentUserOnly}:{given.CurrentSessionOnly}" : "")}";
        if (!s_byName.TryGetValue(key, out Name? known))
        {
            if (s_byName.Count >= MostNames) { return; }
            known = s_byName.GetOrAdd(key, static _ => new Name());
            if (kind is { } ofLock) { LockBinding.Name(known, null, $"{(ofLock == LockKind.Mutex ? "mutex" : "semaphore")} '{text}'", ofLock, 0); }
        }

        Interlocked.Increment(ref known.Handles);
        s_byHandle.AddOrUpdate(handle, known);
        s_any = true;
    }

    private sealed class Name
    {
        /// <summary>How many objects had it.</summary>
        internal int Handles;
    }
}
