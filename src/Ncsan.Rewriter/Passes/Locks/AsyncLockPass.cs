using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// Async methods: their body runs within its map, and what they hold while they are suspended is kept in a field of their state machine.
/// </summary>
internal sealed class AsyncLockPass : IOpPass
{
    private const string FieldName = "<>ncsan_held";

    private static readonly string[] s_builders = ["AsyncTaskMethodBuilder", "AsyncValueTaskMethodBuilder", "AsyncVoidMethodBuilder", "AsyncIteratorMethodBuilder"];

    public void Visit(MethodCode code, Op op)
    {
        if (code.Method.Name != "MoveNext" || !IsStateMachine(code.Method.DeclaringType)) { return; }
        if (op.Index == 0) { Begin(code, op); }
        else if (op.Code == Code.Ret) { End(code, op); }
        else if (op.Code is Code.Call or Code.Callvirt && op.Operand is MethodReference method) { Called(code, op, method); }
    }

    private static void Begin(MethodCode code, Op op)
    {
        if (State(code.Method.DeclaringType) is not { } state) { return; }
        if (code.Method.DeclaringType.Fields.FirstOrDefault(f => f.Name == "<>t__builder") is not { } known) { return; }
        FieldReference held = Held(code.Method.DeclaringType), builder = new FieldReference(known.Name, known.FieldType, Generics.Self(code.Method.DeclaringType));
        string map = TaskOrigin.OfMachine(code.Method);
        int site = code.Site(op, SiteKind.Lock, "async method");
        op.Always(w =>
        {
            w.Emit(OpCodes.Ldarg_0);
            w.Emit(OpCodes.Ldflda, held);
            w.Emit(OpCodes.Ldarg_0);
            w.Emit(OpCodes.Ldflda, builder);
            w.Emit(OpCodes.Ldarg_0);
            w.Emit(OpCodes.Ldfld, state);
            w.Emit(OpCodes.Ldstr, map);
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.AsyncEnter), known.FieldType));
        });
    }

    private static void End(MethodCode code, Op op)
    {
        if (State(code.Method.DeclaringType) is null) { return; }
        string map = TaskOrigin.OfMachine(code.Method);
        int site = code.Site(op, SiteKind.Lock, "async method");
        op.Always(w =>
        {
            w.Emit(OpCodes.Ldstr, map);
            w.Site(site);
            w.Hook(nameof(Hooks.AsyncLeave));
        });
    }

    private static void Called(MethodCode code, Op op, MethodReference method)
    {
        string type = method.DeclaringType.Name;
        bool builds = s_builders.Any(builder => type.StartsWith(builder, StringComparison.Ordinal)), iterates = type.StartsWith("ManualResetValueTaskSourceCore", StringComparison.Ordinal);
        switch (method.Name)
        {
            case "SetResult" when builds:
                op.Always(static w => w.Hook(nameof(Hooks.AsyncCompleting)));
                return;
            case "SetException" when builds || iterates:
                op.Always(static w => w.Hook(nameof(Hooks.AsyncFailing)));
                return;
            case "SetResult" when iterates:
                op.Always(static w =>
                {
                    w.Emit(OpCodes.Ldarg_0);
                    w.Hook(nameof(Hooks.AsyncYielding));
                });
                return;
        }

        if (method.Name is not ("AwaitUnsafeOnCompleted" or "AwaitOnCompleted") || !builds) { return; }
        if (method is not GenericInstanceMethod { GenericArguments: [var awaiter, _] } || op.Inputs is not [.., { Producer: { Code: Code.Ldloca or Code.Ldloca_S } local }, _]) { return; }
        bool captures = !awaiter.FullName.Contains("Configured", StringComparison.Ordinal);
        FieldReference held = Held(code.Method.DeclaringType);
        int site = code.Site(op, SiteKind.Lock, "await");
        op.Always(w =>
        {
            w.Emit(OpCodes.Ldarg_0);
            w.Emit(OpCodes.Ldflda, held);
            w.Emit(OpCodes.Ldloca, w.OwnName(Locals.Variable(code.Method.Body, local.Instruction)!));
            w.Constant(captures ? 1 : 0);
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.AsyncSuspend), awaiter));
        });
    }

    private static bool IsStateMachine(TypeDefinition type) => type.HasInterfaces && type.Interfaces.Any(i => i.InterfaceType.FullName == "System.Runtime.CompilerServices.IAsyncStateMachine");

    private static FieldReference? State(TypeDefinition type) => type.Fields.FirstOrDefault(f => f.Name == "<>1__state") is { } state ? new FieldReference(state.Name, state.FieldType, Generics.Self(type)) : null;

    private static FieldReference Held(TypeDefinition type)
    {
        if (!type.Fields.Any(f => f.Name == FieldName)) { type.Fields.Add(new FieldDefinition(FieldName, FieldAttributes.Public, type.Module.TypeSystem.Object)); }
        return new FieldReference(FieldName, type.Module.TypeSystem.Object, Generics.Self(type));
    }
}
