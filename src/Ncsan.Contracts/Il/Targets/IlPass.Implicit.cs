using Mono.Cecil;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>Code that runs although no call instruction names it.</summary>
internal sealed partial class IlPass
{
    // What native code of the runtime calls back, by the method that goes native.
    private static readonly Dictionary<string, string> s_nativeCallbacks = new(StringComparer.Ordinal)
    {
        ["System.Threading.Thread.StartCore"] = "StartCallback",
    };

    private readonly Dictionary<string, IlMethod?> _helpers = new(StringComparer.Ordinal);

    internal void CallImplicit(IlMethod caller, int offset, IlMethod target, string how)
    {
        MethodState state = State(caller);
        var call = new IlCall(offset, CallKind.Implicit, target, null, how);
        if (state.Calls.Contains(call)) { return; }
        state.Calls.Add(call);
        Reach(target);
        if (_before is not null && target is { HasBody: true, Role: not AssemblyRole.Framework } && target.Definition.HasThis)
        {
            SeedFromWorld(ArgumentNode(target, 0), target.ArgumentType(0), _before.ArgumentNode(target, 0), openToOutside: false);
        }
    }

    /// <summary>A helper that the JIT calls. Left out of the whole-program pass, where it would only be weight.</summary>
    internal void CallHelper(IlMethod caller, int offset, string helper)
    {
        if (!_mode.TrackObjects || !_mode.FollowFramework) { return; }
        if (!_helpers.TryGetValue(helper, out IlMethod? target))
        {
            string[] parts = helper.Split('.');
            target = World.FrameworkType("System.Runtime.CompilerServices", parts[0])?.Definition.Methods.FirstOrDefault(m => m.Name == parts[1]) is { } found ? World.Method(found) : null;
            _helpers.Add(helper, target);
        }

        if (target is not null && !ReferenceEquals(target.Type, caller.Type)) { CallImplicit(caller, offset, target, "helper of the JIT"); }
    }

    /// <summary>A static field is touched: its type's initialiser may run, and a thread static is found by a helper.</summary>
    internal void TouchStatics(IlMethod caller, int offset, FieldDefinition field)
    {
        IlType type = World.Type(field.DeclaringType);
        if (type.Initializer is { } initializer && !ReferenceEquals(initializer, caller.Definition)
            && (!ReferenceEquals(type, caller.Type) || type.Definition.IsBeforeFieldInit))
        {
            CallImplicit(caller, offset, World.Method(initializer), "type initialiser");
        }

        if (field.HasConstant) { return; }
        bool perThread = field.HasCustomAttributes && field.CustomAttributes.Any(a => a.AttributeType.Name == "ThreadStaticAttribute");
        foreach (string helper in perThread ? CastHelpers.ThreadStaticBases : CastHelpers.StaticBases) { CallHelper(caller, offset, helper); }
    }

    // ECMA-335 I.8.9.5: without beforefieldinit, a static method or a constructor runs the initialiser before its first instruction.
    private void EnterMethod(IlMethod method)
    {
        MethodDefinition definition = method.Definition;
        if ((definition.IsStatic || definition.IsConstructor) && method.Type.Initializer is { } initializer && !ReferenceEquals(initializer, definition)
            && !method.Type.Definition.IsBeforeFieldInit)
        {
            CallImplicit(method, 0, World.Method(initializer), "type initialiser");
        }

        if (s_nativeCallbacks.TryGetValue($"{definition.DeclaringType.FullName}.{definition.Name}", out string? callback)
            && definition.DeclaringType.Methods.FirstOrDefault(m => m.Name == callback) is { } entered)
        {
            IlMethod target = World.Method(entered);
            CallImplicit(method, 0, target, "a new thread starts here");
            if (definition.HasThis && !entered.IsStatic) { Graph.Flow(ArgumentNode(method, 0), ArgumentNode(target, 0)); }
        }
    }

    // The first call into a module from another one runs its module initializer.
    private void EnterModule(IlMethod caller, int offset, IlMethod target)
    {
        ModuleDefinition module = target.Definition.Module;
        if (target.Role == AssemblyRole.Framework || ReferenceEquals(module, caller.Definition.Module)) { return; }
        if (World.Type(module.Types[0]).Initializer is { } initializer) { CallImplicit(caller, offset, World.Method(initializer), "module initializer"); }
    }

    // A builder's Start runs the first part of an async method's body on the spot.
    private void StartAsyncBody(CallContext call, IlMethod target)
    {
        if (target.Definition.Name != "Start" || call.Reference is not GenericInstanceMethod { GenericArguments: [var machine] } || World.Type(machine) is not { } type) { return; }
        if (!type.Definition.Interfaces.Any(i => i.InterfaceType.Name == "IAsyncStateMachine")) { return; }
        if (type.Definition.Methods.FirstOrDefault(m => m.Name is "MoveNext" or "System.Runtime.CompilerServices.IAsyncStateMachine.MoveNext") is { } body)
        {
            CallImplicit(call.Caller, call.Offset, World.Method(body), "async body");
        }
    }
}
