using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Handles that have a name, and mutexes that are held from the start.
public static unsafe partial class Hooks
{
    /// <summary>A handle was made or opened by a name.</summary>
    /// <param name="handle">The handle; null if there is none of that name.</param>
    /// <param name="name">The name, if it has one.</param>
    /// <param name="options">A NamedWaitHandleOptions, or null for none.</param>
    public static void HandleNamed(WaitHandle? handle, string? name, object? options)
    {
        if (LockValidation.IsOn && handle is not null && name is { Length: > 0 }) { LockCall.Named(handle, name, options as NamedWaitHandleOptions?); }
    }

    /// <summary>A handle may have been opened by a name.</summary>
    public static void HandleOpened<T>(ref T? handle, string? name, object? options) where T : WaitHandle => HandleNamed(handle, name, options);

    /// <summary>A mutex was made that its maker may hold from the start.</summary>
    /// <param name="mutex">The mutex.</param>
    /// <param name="owned">Whether he wanted to.</param>
    /// <param name="created">Whether it is new, so that he does.</param>
    /// <param name="owner">What it is a field of, or null.</param>
    /// <param name="origin">Where it is stored.</param>
    /// <param name="site">Where.</param>
    public static void MutexMade(Mutex? mutex, bool owned, bool created, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn && owned && created) { LockCall.HandleTaken(mutex, owner, origin, site); }
    }
}
