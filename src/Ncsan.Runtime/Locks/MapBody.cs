namespace Ncsan.Runtime.Locks;

/// <summary>A delegate that runs inside of its map. The delegate that a task, a thread or the pool gets instead of the program's own.</summary>
internal class MapBody(LockInstance map, int site)
{
    internal LockInstance Map => map;

    protected int Begin(HeldLocks thread) => thread.Inside == 0 && LockValidation.IsOn ? LockValidation.Validator.Enter(thread, map, site) : -1;

    protected void End(HeldLocks thread, int depth)
    {
        if (depth >= 0) { LockValidation.Validator.Leave(thread, map); }
    }
}

/// <summary>A body without a result.</summary>
internal sealed class ActionBody(Action body, LockInstance map, int site) : MapBody(map, site)
{
    internal void Run()
    {
        HeldLocks thread = LockThreads.Current;
        int depth = Begin(thread);
        try { body(); }
        finally { End(thread, depth); }
    }
}

/// <summary>A body that is given something.</summary>
internal sealed class StateBody(Action<object?> body, LockInstance map, int site) : MapBody(map, site)
{
    internal void Run(object? state)
    {
        HeldLocks thread = LockThreads.Current;
        int depth = Begin(thread);
        try { body(state); }
        finally { End(thread, depth); }
    }
}

/// <summary>A body with a result.</summary>
internal sealed class FuncBody<T>(Func<T> body, LockInstance map, int site) : MapBody(map, site)
{
    internal T Run()
    {
        HeldLocks thread = LockThreads.Current;
        int depth = Begin(thread);
        try { return body(); }
        finally { End(thread, depth); }
    }
}
