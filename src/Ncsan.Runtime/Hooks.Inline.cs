// The program's own tasks are handed through; none is started.
#pragma warning disable RS0030

using System.Collections.Specialized;
using System.ComponentModel;
using System.Threading.Tasks.Sources;
using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Calls whose continuations, callbacks or handlers run inside of them. Each is called instead of the real thing, so that its end is seen however it ends.
public static unsafe partial class Hooks
{
    /// <summary>Instead of <c>TaskCompletionSource.SetResult</c>.</summary>
    public static void CompleteSource(TaskCompletionSource source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetResult(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetResult</c>.</summary>
    public static bool TryCompleteSource(TaskCompletionSource source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetResult(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.SetException</c>.</summary>
    public static void FailSource(TaskCompletionSource source, Exception exception, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetException(exception); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetException</c>.</summary>
    public static bool TryFailSource(TaskCompletionSource source, Exception exception, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetException(exception); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.SetException</c>.</summary>
    public static void FailAllSource(TaskCompletionSource source, IEnumerable<Exception> exceptions, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetException(exceptions); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetException</c>.</summary>
    public static bool TryFailAllSource(TaskCompletionSource source, IEnumerable<Exception> exceptions, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetException(exceptions); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.SetCanceled</c>.</summary>
    public static void CancelTaskSource(TaskCompletionSource source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetCanceled(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetCanceled</c>.</summary>
    public static bool TryCancelTaskSource(TaskCompletionSource source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetCanceled(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.SetCanceled</c>.</summary>
    public static void CancelTaskWithSource(TaskCompletionSource source, CancellationToken token, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetCanceled(token); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetCanceled</c>.</summary>
    public static bool TryCancelTaskWithSource(TaskCompletionSource source, CancellationToken token, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetCanceled(token); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.SetFromTask</c>.</summary>
    public static void CompleteAsSource(TaskCompletionSource source, Task completed, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetFromTask(completed); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource.TrySetFromTask</c>.</summary>
    public static bool TryCompleteAsSource(TaskCompletionSource source, Task completed, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetFromTask(completed); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetResult</c>.</summary>
    public static void CompleteSourceOf<T>(TaskCompletionSource<T> source, T result, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetResult(result); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetResult</c>.</summary>
    public static bool TryCompleteSourceOf<T>(TaskCompletionSource<T> source, T result, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetResult(result); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetException</c>.</summary>
    public static void FailSourceOf<T>(TaskCompletionSource<T> source, Exception exception, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetException(exception); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetException</c>.</summary>
    public static bool TryFailSourceOf<T>(TaskCompletionSource<T> source, Exception exception, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetException(exception); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetException</c>.</summary>
    public static void FailAllSourceOf<T>(TaskCompletionSource<T> source, IEnumerable<Exception> exceptions, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetException(exceptions); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetException</c>.</summary>
    public static bool TryFailAllSourceOf<T>(TaskCompletionSource<T> source, IEnumerable<Exception> exceptions, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetException(exceptions); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetCanceled</c>.</summary>
    public static void CancelTaskSourceOf<T>(TaskCompletionSource<T> source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetCanceled(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetCanceled</c>.</summary>
    public static bool TryCancelTaskSourceOf<T>(TaskCompletionSource<T> source, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetCanceled(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetCanceled</c>.</summary>
    public static void CancelTaskWithSourceOf<T>(TaskCompletionSource<T> source, CancellationToken token, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetCanceled(token); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetCanceled</c>.</summary>
    public static bool TryCancelTaskWithSourceOf<T>(TaskCompletionSource<T> source, CancellationToken token, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetCanceled(token); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.SetFromTask</c>.</summary>
    public static void CompleteAsSourceOf<T>(TaskCompletionSource<T> source, Task<T> completed, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { source!.SetFromTask(completed); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>TaskCompletionSource&lt;T&gt;.TrySetFromTask</c>.</summary>
    public static bool TryCompleteAsSourceOf<T>(TaskCompletionSource<T> source, Task<T> completed, string origin, int site)
    {
        int entered = Waits.EnterInline(source?.Task, origin, site);
        try { return source!.TrySetFromTask(completed); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>ManualResetValueTaskSourceCore&lt;T&gt;.SetResult</c>.</summary>
    public static void CompleteCore<T>(ref ManualResetValueTaskSourceCore<T> core, T result, string origin, int site)
    {
        int entered = core.RunContinuationsAsynchronously ? -1 : Waits.EnterInline(null, origin, site);
        try { core.SetResult(result); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>ManualResetValueTaskSourceCore&lt;T&gt;.SetException</c>.</summary>
    public static void FailCore<T>(ref ManualResetValueTaskSourceCore<T> core, Exception error, string origin, int site)
    {
        int entered = core.RunContinuationsAsynchronously ? -1 : Waits.EnterInline(null, origin, site);
        try { core.SetException(error); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>CancellationTokenSource.Cancel</c>: the callbacks run inside of the call.</summary>
    public static void CancelSource(CancellationTokenSource source, string origin, int site)
    {
        int entered = source is { IsCancellationRequested: false } ? Waits.EnterInline(null, origin, site) : -1;
        try { source!.Cancel(); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of <c>CancellationTokenSource.Cancel(bool)</c>.</summary>
    public static void CancelSourceThrowing(CancellationTokenSource source, bool throwOnFirst, string origin, int site)
    {
        int entered = source is { IsCancellationRequested: false } ? Waits.EnterInline(null, origin, site) : -1;
        try { source!.Cancel(throwOnFirst); }
        finally { Waits.LeaveInline(entered, origin); }
    }

    /// <summary>Instead of the call of an event's handlers.</summary>
    public static void RaiseEvent(EventHandler handlers, object? sender, EventArgs e, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(sender, e); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaiseEventOf<T>(EventHandler<T> handlers, object? sender, T e, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(sender, e); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaiseAction(Action handlers, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaiseAction1<T>(Action<T> handlers, T value, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(value); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaiseAction2<T1, T2>(Action<T1, T2> handlers, T1 one, T2 two, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(one, two); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaisePropertyChanged(PropertyChangedEventHandler handlers, object? sender, PropertyChangedEventArgs e, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(sender, e); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaisePropertyChanging(PropertyChangingEventHandler handlers, object? sender, PropertyChangingEventArgs e, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(sender, e); }
        finally { Waits.LeaveHandlers(raised); }
    }

    /// <inheritdoc cref="RaiseEvent"/>
    public static void RaiseCollectionChanged(NotifyCollectionChangedEventHandler handlers, object? sender, NotifyCollectionChangedEventArgs e, object? owner, string origin, int site)
    {
        Raised raised = Waits.EnterHandlers(owner, origin, site);
        try { handlers(sender, e); }
        finally { Waits.LeaveHandlers(raised); }
    }
}
