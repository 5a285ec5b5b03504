using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Framework;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// The framework's own locks: announced before and after they are taken and before they are released, and only where the same body does both, since a lock
/// that is released where nobody looks would be held for ever.
/// </summary>
/// <remarks>
/// Of another's object a class says little, so only statics have classes that are believed without the locks themselves; all others are named as a parameter
/// would be. Semaphores are no locks here: the framework counts and signals with them.
/// </remarks>
internal sealed class FrameworkLockPass : ICallPass
{
    private static readonly int s_monitor = LockCall.Take("Monitor", "Exclusive", isTry: false, isCancelable: false, isReleased: false), s_anyMonitor = LockCall.Release("Monitor", null);

    public void Visit(Invocation call)
    {
        if (call.Op.HasPrefix(Code.Constrained) || call.Op.HasPrefix(Code.Tail) || LockOf(call.Method) is not { } kind || UnorderedLocks.Cover(call.Caller)) { return; }
        if (call.Caller is { Name: "ExecutionAndPublication", DeclaringType.FullName: "System.Lazy`1" })
        {
            Lazily(call);
        }
        else if (call is { DeclaringType: "System.Threading.Monitor", Name: "Wait" })
        {
            if (IsBalanced(call.Code, "Monitor")) { Waiting(call); }
        }
        else if (IsTaken(call.Method) is { } take)
        {
            if (IsBalanced(call.Code, kind)) { Taken(call, take); }
        }
        else if (IsReleased(call.Method) is { } how && IsBalanced(call.Code, kind))
        {
            if (call.DeclaringType == "System.Threading.Lock/Scope") { call.Add(Copies.Both, after: false, [0], w => Gated(w, 1, () => w.Hook(nameof(HookHome.OwnScopeReleasing)))); }
            else
            {
                call.Add(Copies.Both, after: false, [0], w => Gated(w, 1, () =>
                {
                    w.Constant(how);
                    w.Hook(nameof(HookHome.OwnLockReleasing));
                }));
            }
        }
    }

    /// <summary>Puts the lock that the runtime takes for a method marked <c>Synchronized</c> in plain sight.</summary>
    internal static void Synchronized(ModuleContext module)
    {
        foreach (var method in module.Methods)
        {
            if (!method.IsSynchronized || method.IsStatic || method.DeclaringType.IsValueType || method.IsConstructor || UnorderedLocks.Cover(method)
                || FrameworkBodies.WhyNot(method, module.Framework!.IsDenied) is not null) { continue; }
            string name = $"this of {Names.Type(method.DeclaringType)}";
            int site = module.Framework.FirstSite + module.Sites.Add(SiteKind.Lock, SiteFlags.None, 0, method, name, null);
            method.IsSynchronized = false;
            Instruction entered = Instruction.Create(OpCodes.Ldarg_0), held = Instruction.Create(OpCodes.Nop), left = Instruction.Create(OpCodes.Ldarg_0);
            WholeBody.Wrap(method,
                [
                    .. Test(entered), Instruction.Create(OpCodes.Ldarg_0), Instruction.Create(OpCodes.Ldstr, LockBindingPrefix + name), Instruction.Create(OpCodes.Ldc_I4, s_monitor), Instruction.Create(OpCodes.Ldc_I4, site), Call(nameof(HookHome.OwnLockWanted)),
                    entered, Monitor("Enter"),
                    .. Test(held), Instruction.Create(OpCodes.Ldarg_0), Call(nameof(HookHome.OwnLockTaken)), held,
                ],
                [.. Test(left), Instruction.Create(OpCodes.Ldarg_0), Instruction.Create(OpCodes.Ldc_I4, s_anyMonitor), Call(nameof(HookHome.OwnLockReleasing)), left, Monitor("Exit")]);
        }

        Instruction[] Test(Instruction otherwise) => [Instruction.Create(OpCodes.Ldsfld, module.Hooks.Locks), Instruction.Create(OpCodes.Brfalse, otherwise)];
        Instruction Call(string hook) => Instruction.Create(OpCodes.Call, module.Hooks[hook]);
        Instruction Monitor(string name) => Instruction.Create(OpCodes.Call, new MethodReference(name, module.Module.TypeSystem.Void, module.Hooks.Type(typeof(Monitor))) { Parameters = { new ParameterDefinition(module.Module.TypeSystem.Object) } });
    }

    private const string LockBindingPrefix = "?";

    private static void Taken(Invocation call, LockCalls.Take take)
    {
        string origin = Origin(call);
        int site = call.Site(SiteKind.Lock, origin.TrimStart('?')), how = LockCall.Take(take.Kind, take.Mode, take.IsTry, isCancelable: false, isReleased: true);
        bool announced = call.Add(Copies.Both, after: false, [0], w => Gated(w, 1, () =>
        {
            w.Emit(OpCodes.Ldstr, origin);
            w.Constant(how);
            w.Site(site);
            w.Hook(nameof(HookHome.OwnLockWanted));
        }));
        if (!announced) { return; }
        (string hook, int[] arguments) = take.Answer switch
        {
            LockCalls.Answer.Result => (nameof(HookHome.OwnLockTakenIf), new[] { 0, CallPlan.Result }),
            LockCalls.Answer.Reference => (nameof(HookHome.OwnLockTakenByRef), [0, call.ArgumentCount - 1]),
            _ => (nameof(HookHome.OwnLockTaken), [0]),
        };
        call.Add(Copies.Both, after: true, arguments, w => Gated(w, arguments.Length, () => w.Hook(hook)));
    }

    /// <summary>A lazy value holds a lock while its factory runs. It is known by the value itself, as where the program asks for one: then both are the same.</summary>
    private static void Lazily(Invocation call)
    {
        string origin = LockBindingPrefix + $"this of {Names.Type(call.Caller.DeclaringType)}";
        if (call.Name == "Enter")
        {
            int site = call.Site(SiteKind.Lock, origin.TrimStart('?')), how = LockCall.Take("Lazy", "Exclusive", isTry: false, isCancelable: false, isReleased: true);
            call.Add(Copies.Both, after: false, [], w => Gated(w, 0, () =>
            {
                w.Emit(OpCodes.Ldarg_0);
                w.Emit(OpCodes.Ldstr, origin);
                w.Constant(how);
                w.Site(site);
                w.Hook(nameof(HookHome.OwnLockWanted));
            }));
            call.Add(Copies.Both, after: true, [], w => Gated(w, 0, () =>
            {
                w.Emit(OpCodes.Ldarg_0);
                w.Hook(nameof(HookHome.OwnLockTaken));
            }));
        }
        else if (call.Name == "Exit")
        {
            call.Add(Copies.Both, after: false, [], w => Gated(w, 0, () =>
            {
                w.Emit(OpCodes.Ldarg_0);
                w.Constant(LockCall.Release("Lazy", null));
                w.Hook(nameof(HookHome.OwnLockReleasing));
            }));
        }
    }

    private static void Waiting(Invocation call)
    {
        string origin = Origin(call);
        int site = call.Site(SiteKind.Lock, origin.TrimStart('?'));
        call.Add(Copies.Both, after: false, [0], w => Gated(w, 1, () =>
        {
            w.Emit(OpCodes.Ldstr, origin);
            w.Site(site);
            w.Hook(nameof(HookHome.OwnMonitorWaiting));
        }));
        call.Add(Copies.Both, after: true, [], w => Gated(w, 0, () => w.Hook(nameof(HookHome.OwnMonitorWaited))));
    }

    /// <summary>Where nobody wants to know of locks, one load and one branch.</summary>
    private static void Gated(CodeWriter w, int arguments, Action emit)
    {
        Instruction on = Instruction.Create(OpCodes.Nop), end = Instruction.Create(OpCodes.Nop);
        w.Emit(OpCodes.Ldsfld, w.Module.Hooks.Locks);
        w.Add(Instruction.Create(OpCodes.Brtrue, on));
        for (int i = 0; i < arguments; i++) { w.Emit(OpCodes.Pop); }
        w.Add(Instruction.Create(OpCodes.Br, end));
        w.Add(on);
        emit();
        w.Add(end);
    }

    private static string Origin(Invocation call) => LockPass.Origin(call) is { IsOne: true } known ? known.Name : LockBindingPrefix + LockPass.Origin(call).Name.TrimStart('?');

    /// <summary>Whether a body both takes and releases locks of a kind.</summary>
    private static bool IsBalanced(MethodCode code, string kind)
    {
        bool taken = false, released = false;
        foreach (var op in code.Ops)
        {
            if (op.Code is not (Code.Call or Code.Callvirt) || op.Operand is not MethodReference method || LockOf(method) != kind) { continue; }
            taken |= IsTaken(method) is not null;
            released |= IsReleased(method) is not null;
        }

        return taken && released;
    }

    private static string? LockOf(MethodReference method) => method.DeclaringType.FullName switch
    {
        "System.Threading.Monitor" => "Monitor",
        "System.Threading.Lock" or "System.Threading.Lock/Scope" => "Lock",
        "System.Threading.ReaderWriterLockSlim" => "ReaderWriterLockSlim",
        _ => null,
    };

    private static LockCalls.Take? IsTaken(MethodReference method) => (method.DeclaringType.FullName, method.Name) switch
    {
        ("System.Threading.Monitor", "Enter") => new("Monitor", "Exclusive", false, LockCalls.Answer.Always),
        ("System.Threading.Lock", "Enter" or "EnterScope") => new("Lock", "Exclusive", false, LockCalls.Answer.Always),
        var (type, name) => LockCalls.Taking(type, name, method),
    };

    private static int? IsReleased(MethodReference method) => (method.DeclaringType.FullName, method.Name) switch
    {
        ("System.Threading.Monitor", "Exit") => s_anyMonitor,
        ("System.Threading.Lock", "Exit") or ("System.Threading.Lock/Scope", "Dispose") => LockCall.Release("Lock", null),
        var (type, name) => LockCalls.Releasing(type, name) is { } give ? LockCall.Release(give.Kind, give.Mode) : null,
    };
}
