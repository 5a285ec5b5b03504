using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>Callbacks that somebody can wait for: of a cancellation token by disposing of the registration, of a timer through the handle that its end sets.</summary>
internal static class Callbacks
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly FieldInfo? s_node = typeof(CancellationTokenRegistration).GetField("_node", Hidden);
    private static readonly FieldInfo? s_callback = s_node?.FieldType.GetField("Callback", Hidden);
    private static readonly FieldInfo? s_state = s_node?.FieldType.GetField("CallbackState", Hidden);
    private static readonly FieldInfo? s_id = s_node?.FieldType.GetField("Id", Hidden);
    private static readonly FieldInfo? s_holder = typeof(Timer).GetField("_timer", Hidden);
    private static readonly FieldInfo? s_timer = s_holder?.FieldType.GetField("_timer", Hidden);
    private static readonly FieldInfo? s_timerCallback = s_timer?.FieldType.GetField("_timerCallback", Hidden);
    private static readonly ConditionalWeakTable<WaitHandle, MapBody> s_told = [];

    /// <summary>Whether any handle stands for the end of a callback.</summary>
    internal static volatile bool AnyTold;

    /// <summary>The thread waits for the callback of a registration, if that runs now or could.</summary>
    internal static void Awaiting(ref CancellationTokenRegistration registration, int site)
    {
        if (LockThreads.CurrentOrNull is not { Depth: > 0, Inside: 0 } thread || registration.Token is not { CanBeCanceled: true } token) { return; }
        MapBody? body = null;
        thread.Inside++;
        try { body = BodyOf(registration); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        if (body is not null) { Await(thread, body, mark: token.IsCancellationRequested, site); }
    }

    /// <summary>The flow awaits the end of a registration.</summary>
    internal static void AwaitingEnd(ref CancellationTokenRegistration registration, int site)
    {
        if (LockThreads.CurrentOrNull is not { Depth: > 0, Inside: 0 } thread || !registration.Token.CanBeCanceled) { return; }
        CancellationTokenRegistration asked = registration;
        AwaitEnd(thread, () => BodyOf(asked), site);
    }

    /// <summary>The flow awaits the end of a timer.</summary>
    internal static void AwaitingEnd(Timer timer, int site)
    {
        if (LockThreads.CurrentOrNull is { Depth: > 0, Inside: 0 } thread) { AwaitEnd(thread, () => BodyOf(timer), site); }
    }

    /// <summary>The thread waits for a handle that may stand for the end of a timer's callback.</summary>
    internal static void Awaiting(HeldLocks thread, WaitHandle handle, int site)
    {
        if (thread is { Depth: > 0, Inside: 0 } && s_told.TryGetValue(handle, out MapBody? body)) { Await(thread, body, mark: false, site); }
    }

    /// <summary>A handle stands for the end of a timer's callback.</summary>
    internal static void Tell(Timer timer, WaitHandle handle)
    {
        if (BodyOf(timer) is not { } body) { return; }
        s_told.AddOrUpdate(handle, body);
        AnyTold = true;
    }

    private static void Await(HeldLocks thread, MapBody body, bool mark, int site)
    {
        Waits.Map(thread, body.Map, site, run: body);
        if (!mark) { return; }
        thread.WaitStack = new StackTrace(2, fNeedFileInfo: false);
        thread.AwaitedSite = site;
        thread.Waits++;
        thread.Awaited = new[] { body };
    }

    private static void AwaitEnd(HeldLocks thread, Func<MapBody?> bodyOf, int site)
    {
        MapBody? body = null;
        thread.Inside++;
        try { body = bodyOf(); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        Waits.Map(thread, body?.Map, site, AcquireFlags.Async, body);
    }

    /// <summary>What a timer runs.</summary>
    private static MapBody? BodyOf(Timer timer)
        => s_holder?.GetValue(timer) is { } holder && s_timer?.GetValue(holder) is { } inner ? (s_timerCallback?.GetValue(inner) as Delegate)?.Target as MapBody : null;

    /// <summary>What a registration runs; null when it is over and its place belongs to another.</summary>
    private static MapBody? BodyOf(CancellationTokenRegistration registration)
    {
        if (s_node?.GetValue(registration) is not { } node || s_id?.GetValue(node) is not long id || (id != 0 && id != IdOf(ref registration))) { return null; }

        // An Action is the state of a callback of the framework's own, which calls it.
        return (s_callback?.GetValue(node) as Delegate)?.Target as MapBody ?? (s_state?.GetValue(node) as Delegate)?.Target as MapBody;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_id")]
    private static extern ref long IdOf(ref CancellationTokenRegistration registration);
}
