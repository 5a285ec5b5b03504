using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Bodies;

/// <summary>A call, callvirt or newobj of the program, as a <see cref="Passes.ICallPass"/> sees it.</summary>
internal sealed class Invocation
{
    private readonly TypeReference?[] _arguments;

    private Invocation(MethodCode code, Op op, MethodReference method)
    {
        Code = code;
        Op = op;
        Method = method;
        DeclaringType = method.DeclaringType.GetElementType().FullName;
        IsConstructor = op.Code == Mono.Cecil.Cil.Code.Newobj;
        _arguments = new TypeReference?[op.Inputs!.Length];
        int first = method.HasThis && !IsConstructor ? 1 : 0;
        if (first == 1) { _arguments[0] = ReceiverType(op, method); }
        for (int i = first; i < _arguments.Length; i++) { _arguments[i] = Generics.ParameterType(method, i - first); }
    }

    internal Op Op { get; }

    /// <summary>The body that holds the call.</summary>
    internal MethodCode Code { get; }

    internal ModuleContext Module => Code.Module;

    /// <summary>The method that holds the call.</summary>
    internal MethodDefinition Caller => Code.Method;

    /// <summary>The method that is called.</summary>
    internal MethodReference Method { get; }

    /// <summary>The full name of the called method's type, without generic arguments: <c>System.Collections.Generic.List`1</c>.</summary>
    internal string DeclaringType { get; }

    internal string Name => Method.Name;

    /// <summary>Whether this is a newobj: arguments are the constructor's, the result is the object.</summary>
    internal bool IsConstructor { get; }

    /// <summary>How many arguments there are, the receiver included.</summary>
    internal int ArgumentCount => _arguments.Length;

    /// <summary>Whether the receiver is passed by address: a method of a struct, or a constrained call.</summary>
    internal bool ReceiverIsAddress => Method.HasThis && !IsConstructor && _arguments[0] is { } receiver && TypeFacts.Bare(receiver) is ByReferenceType or PointerType;

    /// <summary>The static type of an argument (0 is the receiver), or null when not known.</summary>
    internal TypeReference? ArgumentType(int index) => _arguments[index];

    /// <summary>The call at an op, or null when it is none or is never reached.</summary>
    internal static Invocation? Of(MethodCode code, Op op) =>
        op.Inputs is not null && op.Code is Mono.Cecil.Cil.Code.Call or Mono.Cecil.Cil.Code.Callvirt or Mono.Cecil.Cil.Code.Newobj && op.Operand is MethodReference method ? new(code, op, method) : null;

    /// <summary>A new site for this call.</summary>
    internal int Site(SiteKind kind, string member, int size = 0, SiteFlags flags = SiteFlags.None) => Code.Site(Op, kind, member, size, flags);

    /// <summary>Calls a hook before the call with the chosen arguments, then the site when there is one (none: -1).</summary>
    /// <returns>False when an argument's type is not known, so that nothing was added.</returns>
    internal bool Before(Copies copies, string hook, int site, params int[] arguments) => Add(copies, after: false, hook, site, arguments);

    /// <summary>Calls a hook after the call. <see cref="CallPlan.Result"/> among the arguments is the call's result.</summary>
    internal bool After(Copies copies, string hook, int site, params int[] arguments) => Add(copies, after: true, hook, site, arguments);

    /// <summary>Emits anything before or after the call; the chosen arguments are on the stack and must be popped.</summary>
    internal bool Add(Copies copies, bool after, int[] arguments, Action<CodeWriter> emit)
    {
        // Nothing may stand between a tail call and its return.
        if (after && Op.HasPrefix(Mono.Cecil.Cil.Code.Tail)) { return false; }
        var plan = Op.Call ?? new CallPlan(Code.Method.Body, Op.Inputs!, _arguments, ResultType());
        if (!plan.CanSpill(arguments)) { return false; }
        Op.Call = plan;
        plan.Add(new(copies, after, arguments, emit));
        return true;
    }

    /// <summary>Calls another method instead, with the same arguments and result; a virtual call becomes a plain one.</summary>
    internal void Replace(Copies copies, MethodReference target) => Op.Replace(copies, w => w.Emit(OpCodes.Call, target));

    private bool Add(Copies copies, bool after, string hook, int site, int[] arguments) => Add(copies, after, arguments, w =>
    {
        if (site >= 0) { w.Site(site); }
        w.Hook(hook);
    });

    private TypeReference? ResultType() => IsConstructor ? Method.DeclaringType
        : Generics.ReturnType(Method) is var type && TypeFacts.Bare(type).MetadataType == MetadataType.Void ? null : type;

    private static TypeReference? ReceiverType(Op op, MethodReference method)
    {
        if (Array.Find(op.Prefixes, p => p.OpCode.Code == Mono.Cecil.Cil.Code.Constrained) is { } constrained) { return new ByReferenceType((TypeReference)constrained.Operand); }
        return method.DeclaringType.IsValueType ? op.Inputs![0].Type : method.DeclaringType;
    }
}
