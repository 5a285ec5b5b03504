using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>SemaphoreSlim.WaitAsync: an acquire of the async flow when it is awaited on the spot, or when a method that does nothing else is; otherwise nobody can say whose it is.</summary>
internal sealed class WaitAsyncPass : ICallPass
{
    private const int MaxDistance = 10;

    // The GetResult ops that end such an await, by what they answer.
    private readonly Dictionary<Op, bool> _ends = [];

    public void Visit(Invocation call)
    {
        if (_ends.TryGetValue(call.Op, out bool answers))
        {
            VariableDefinition here = call.Code.LockThread;
            call.Add(Copies.Both, after: true, answers ? [CallPlan.Result] : [], w =>
            {
                LockPass.Thread(w, here);
                w.Hook(answers ? nameof(Hooks.AsyncLockTakenIf) : nameof(Hooks.AsyncLockTaken));
            });
            return;
        }

        bool timed = call.Method.ReturnType is GenericInstanceType;
        if (call is not { DeclaringType: "System.Threading.SemaphoreSlim", Name: "WaitAsync" })
        {
            if (call.IsConstructor || !call.Module.Originals.Forwards(call.Method) || AwaitedAt(call) is not { } forwarded) { return; }
            _ends[forwarded] = timed;
            call.Before(Copies.Both, nameof(Hooks.ForwardAwaited), -1);
            call.After(Copies.Both, nameof(Hooks.ForwardAwaitedDone), -1);
            return;
        }

        Op? end = AwaitedAt(call);
        if (end is not null) { _ends[end] = timed; }
        LockOrigin origin = LockOrigin.Of(call.Code, call.Op.Inputs![0].Producer);
        int site = call.Site(SiteKind.Lock, origin.Name.TrimStart('?'));
        int how = LockPass.How(call, new LockCalls.Take("SemaphoreSlim", "Exclusive", timed, LockCalls.Answer.Result), origin);
        if (end is null && call.Module.Originals.Forwards(call.Caller)) { how = LockCall.Forwarded(how); }
        Action<CodeWriter> owner = origin.Owner(call.Code);
        int? time = TimedLocks.Time(call);
        VariableDefinition thread = call.Code.LockThread;
        call.Add(Copies.Both, after: false, time is { } limit ? [0, limit] : [0], w =>
        {
            if (time is { } at) { TimedLocks.Milliseconds(w, call, at); }
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Constant(end is null ? 0 : 1);
            w.Constant(how);
            w.Site(site);
            LockPass.Thread(w, thread, learns: true);
            w.Hook(time is null ? nameof(Hooks.AsyncLockWanted) : nameof(Hooks.AsyncLockWantedFor));
        });
    }

    /// <summary>The GetResult that ends the await of this call, or null when its task goes anywhere else first.</summary>
    private static Op? AwaitedAt(Invocation call)
    {
        if (call.Caller.Name != "MoveNext") { return null; }
        var ops = call.Code.Ops;
        int at = call.Op.Index + 1;
        for (int limit = at + MaxDistance; at < Math.Min(ops.Count, limit); at++)
        {
            if (ops[at].Operand is not MethodReference called) { continue; }
            if (called.Name == "GetAwaiter") { break; }
            if (called.Name != "ConfigureAwait") { return null; }
        }

        for (; at < ops.Count; at++)
        {
            if (ops[at].Operand is MethodReference { Name: "GetResult" } result && result.DeclaringType.FullName.Contains("TaskAwait", StringComparison.Ordinal)) { return ops[at]; }
        }

        return null;
    }
}
