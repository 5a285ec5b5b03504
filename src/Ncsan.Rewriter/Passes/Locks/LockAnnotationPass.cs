using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Calls to Ncsan.Annotations.LockOrder become hook calls; the calls themselves stay and do nothing.</summary>
internal sealed class LockAnnotationPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.DeclaringType == "Ncsan.Annotations.LockOrder/RunScope" && call.Name == "Dispose")
        {
            call.Before(Copies.Both, nameof(Hooks.LockMapLeave), -1);
            return;
        }

        if (call.DeclaringType != "Ncsan.Annotations.LockOrder") { return; }
        switch (call.Name)
        {
            case "AssertHeld": Tell(call, nameof(Hooks.LockAssert), true); break;
            case "AssertNotHeld": Tell(call, nameof(Hooks.LockAssert), false); break;
            case "Pin": Tell(call, nameof(Hooks.LockPin), true); break;
            case "Unpin": Tell(call, nameof(Hooks.LockPin), false); break;
            case "Subclass": Tell(call, nameof(Hooks.LockSubclass), null); break;
            case "NestUnder": Tell(call, nameof(Hooks.LockNestUnder), null); break;
            case "Spinning": Tell(call, nameof(Hooks.LockSpinning), null); break;
            case "NoValidate": Tell(call, nameof(Hooks.LockNoValidate), null); break;
            case "Class": call.Before(Copies.Both, nameof(Hooks.LockClass), call.Site(SiteKind.Lock, "lock class"), 0, 1); break;
            case "Run": call.Before(Copies.Both, nameof(Hooks.LockMapRun), call.Site(SiteKind.Lock, "map"), 0); break;
            case "WaitFor": call.Before(Copies.Both, nameof(Hooks.LockMapWait), call.Site(SiteKind.Lock, "map"), 0); break;
        }
    }

    private static void Tell(Invocation call, string hook, bool? flag)
    {
        LockOrigin origin = LockOrigin.Of(call.Code, call.Op.Inputs![0].Producer);
        int site = call.Site(SiteKind.Lock, origin.Name.TrimStart('?'));
        Action<CodeWriter> owner = origin.Owner(call.Code);
        call.Add(Copies.Both, after: false, call.ArgumentCount == 1 ? [0] : [0, 1], w =>
        {
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            if (flag is { } value) { w.Constant(value ? 1 : 0); }
            w.Site(site);
            w.Hook(hook);
        });
    }
}
