using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Handles that are made or opened by a name, which any other object of that name shares, and mutexes that are held from their constructor on.</summary>
internal sealed class NamedHandlePass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.DeclaringType is not ("System.Threading.Mutex" or "System.Threading.Semaphore" or "System.Threading.EventWaitHandle")) { return; }
        if (call.IsConstructor)
        {
            Named(call, CallPlan.Result);
            if (call.DeclaringType == "System.Threading.Mutex" && call.ArgumentCount > 0 && call.ArgumentType(0)?.MetadataType == MetadataType.Boolean) { Owned(call); }
        }
        else if (call.Name == "OpenExisting") { Named(call, CallPlan.Result); }
        else if (call.Name == "TryOpenExisting") { Named(call, call.ArgumentCount - 1); }
    }

    private static void Named(Invocation call, int handle)
    {
        int name = Find(call, "System.String"), options = Find(call, "System.Threading.NamedWaitHandleOptions");
        if (name < 0) { return; }
        call.Add(Copies.Both, after: true, options < 0 ? [handle, name] : [handle, name, options], w =>
        {
            if (options < 0) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Box, call.ArgumentType(options)!); }
            if (handle == CallPlan.Result) { w.Hook(nameof(Hooks.HandleNamed)); } else { w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.HandleOpened), call.Method.DeclaringType)); }
        });
    }

    private static void Owned(Invocation call)
    {
        bool answers = call.ArgumentType(call.ArgumentCount - 1) is ByReferenceType;
        if (call.ArgumentCount > 1 && !answers) { return; } // who made it first is not known
        LockOrigin origin = LockOrigin.Stored(call.Code, call.Op);
        int site = call.Site(SiteKind.Lock, origin.Name.TrimStart('?'));
        call.Add(Copies.Both, after: true, answers ? [CallPlan.Result, 0, call.ArgumentCount - 1] : [CallPlan.Result, 0], w =>
        {
            if (answers) { w.Emit(OpCodes.Ldind_U1); } else { w.Constant(1); }
            w.Emit(origin.OwnerIsThis ? OpCodes.Ldarg_0 : OpCodes.Ldnull);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Site(site);
            w.Hook(nameof(Hooks.MutexMade));
        });
    }

    private static int Find(Invocation call, string type)
    {
        for (int i = 0; i < call.ArgumentCount; i++) { if (call.ArgumentType(i)?.FullName == type) { return i; } }
        return -1;
    }
}
