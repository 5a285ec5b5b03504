using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;
using Ncsan.Runtime.Threads;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// Async methods: says who runs. From its first suspension on a method is somebody of its own, whichever threads it runs on; who that is lies in a field of
/// its state machine.
/// </summary>
internal sealed class AsyncFlowPass : IOpPass
{
    private const string FieldName = "<>ncsan_flow";

    private const int MaxSteps = 4;

    public void Visit(MethodCode code, Op op)
    {
        if (code.Method.Name != "MoveNext" || !IsStateMachine(code.Method.DeclaringType)) { return; }
        if (op.Index == 0) { op.Always(w => Call(w, code, OpCodes.Ldfld, nameof(Hooks.AsyncFlowEntered), null)); }
        if (op.Code == Code.Ret) { op.Always(w => Call(w, code, OpCodes.Ldflda, nameof(Hooks.AsyncFlowLeft), null)); }
        else if (op.Code is Code.Call or Code.Callvirt && op.Operand is MethodReference { Name: "AwaitUnsafeOnCompleted" or "AwaitOnCompleted" } method
            && method.DeclaringType.Name.Contains("MethodBuilder", StringComparison.Ordinal))
        {
            int site = code.Site(op, SiteKind.Creation, "await");
            AwaitedWork awaited = op.Inputs is [.., { Producer: { } awaiter }, _] ? Awaited(code, awaiter) : AwaitedWork.Unknown;
            op.Always(w => Call(w, code, OpCodes.Ldflda, nameof(Hooks.AsyncFlowSuspending), site, awaited));
        }
        else if (op.Code == Code.Call && op.Operand is MethodReference { Name: "get_IsCompleted", DeclaringType.Namespace: "System.Runtime.CompilerServices" }) { Asked(code, op); }
    }

    /// <summary>An await is not suspended when the work is done already; it is waited for all the same.</summary>
    private static void Asked(MethodCode code, Op op)
    {
        if (op.Inputs is not [{ Producer: { } awaiter }] || Awaited(code, awaiter) is var awaited && awaited == AwaitedWork.Unknown || Invocation.Of(code, op) is not { } call) { return; }
        call.Add(Copies.Both, after: true, [CallPlan.Result], w =>
        {
            w.Constant((int)awaited);
            w.Hook(nameof(Hooks.AsyncFlowAsked));
        });
    }

    /// <param name="code">The method.</param>
    /// <param name="awaiter">What loads the address of the awaiter.</param>
    private static AwaitedWork Awaited(MethodCode code, Op awaiter)
    {
        Op? producer = Locals.IsAddress(awaiter.Code) ? LockOrigin.LastStore(code, awaiter) : null;
        bool isKept = false;
        for (int step = 0; producer?.Operand is MethodReference called && step < MaxSteps; step++)
        {
            if (called is { DeclaringType.Name: "Task", Name: "WhenAll" } or { DeclaringType.Name: "Parallel" }) { return AwaitedWork.All; }
            if (called is { DeclaringType.Name: "Task", Name: "Run" } or { DeclaringType.Name: "TaskFactory", Name: "StartNew" }) { return isKept ? AwaitedWork.Unknown : AwaitedWork.Last; }
            if (called.Name is not ("GetAwaiter" or "ConfigureAwait") || producer.Inputs is not [{ Producer: { } inner }, ..]) { return AwaitedWork.Unknown; }

            // Work that was kept is not what was given away last, if more has been since.
            isKept |= Locals.IsLoad(inner.Code);
            producer = Locals.IsLoad(inner.Code) || Locals.IsAddress(inner.Code) ? LockOrigin.LastStore(code, inner) : inner;
        }

        return AwaitedWork.Unknown;
    }

    private static void Call(CodeWriter w, MethodCode code, OpCode load, string hook, int? site, AwaitedWork? awaited = null)
    {
        w.Emit(OpCodes.Ldarg_0);
        w.Emit(load, Field(code.Method.DeclaringType));
        if (awaited is { } work) { w.Constant((int)work); }
        if (site is { } number) { w.Site(number); }
        w.Hook(hook);
    }

    private static bool IsStateMachine(TypeDefinition type) => type.HasInterfaces && type.Interfaces.Any(i => i.InterfaceType.FullName == "System.Runtime.CompilerServices.IAsyncStateMachine");

    private static FieldReference Field(TypeDefinition type)
    {
        if (!type.Fields.Any(f => f.Name == FieldName)) { type.Fields.Add(new FieldDefinition(FieldName, FieldAttributes.Public, type.Module.TypeSystem.Object)); }
        return new FieldReference(FieldName, type.Module.TypeSystem.Object, Generics.Self(type));
    }
}
