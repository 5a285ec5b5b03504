using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes;

/// <summary>Where threads are started and work is queued, for the creation chain of a report and for what is ordered by it. In both copies: State may rise later.</summary>
internal sealed class CreationPass : ICallPass
{
    public void Visit(Invocation call)
    {
        switch (call.DeclaringType, call.Name)
        {
            case ("System.Threading.Thread", "Start" or "UnsafeStart"):
                if (call.Before(Copies.Both, nameof(Hooks.ThreadStarting), call.Site(SiteKind.Creation, "Thread.Start"), 0)) { call.After(Copies.Both, nameof(Hooks.WorkGiven), -1); }
                break;
            case ("System.Threading.Tasks.Task", "Run" or "Start" or "ContinueWith" or "RunSynchronously" or ".ctor"):
            case ("System.Threading.Tasks.Task`1", "ContinueWith" or ".ctor"):
            case ("System.Threading.Tasks.TaskFactory" or "System.Threading.Tasks.TaskFactory`1", "StartNew" or "ContinueWhenAll" or "ContinueWhenAny"):
            case ("System.Threading.Tasks.Parallel", "For" or "ForEach" or "Invoke" or "ForAsync" or "ForEachAsync"):
            case ("System.Threading.ThreadPool", "QueueUserWorkItem" or "UnsafeQueueUserWorkItem" or "RegisterWaitForSingleObject" or "UnsafeRegisterWaitForSingleObject"):
            case ("System.Threading.Timer" or "System.Threading.PeriodicTimer", ".ctor"):
            case ("System.Timers.Timer", "Start"):
            case ("System.Threading.CancellationToken", "Register"):
                call.Before(Copies.Both, nameof(Hooks.WorkQueued), call.Site(SiteKind.Creation, call.DeclaringType[(call.DeclaringType.LastIndexOf('.') + 1)..] + "." + call.Name));
                bool waits = call is { DeclaringType: "System.Threading.Tasks.Parallel", Name: "For" or "ForEach" or "Invoke" };
                call.After(Copies.Both, waits ? nameof(Hooks.WorkDone) : nameof(Hooks.WorkGiven), -1);
                break;
        }
    }
}
