using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Where the operand of a lock call was loaded from: the name of its lock class.</summary>
/// <param name="Name">A field, static or type, or <c>?</c> and the site when the operand is a parameter or a result, whose class its own type has to tell.</param>
/// <param name="OwnerIsThis">The operand is a field of the method's own <c>this</c>, whose run-time type belongs to the class.</param>
/// <param name="IsOne">The name stands for one lock in the process: a static.</param>
/// <param name="Holder">The op that loads the operand off another object, which is on top of the stack there; that object's run-time type belongs to the class as well.</param>
/// <param name="IsNamed">An attribute of the program gives the name, which is the class whatever it is a field of.</param>
internal readonly partial record struct LockOrigin(string Name, bool OwnerIsThis, bool IsOne = false, Op? Holder = null, bool IsNamed = false)
{
    private const int MaxSteps = 32, MaxText = 40;

    /// <summary>Follows the operand back through locals, casts, closures and trivial getters.</summary>
    internal static LockOrigin Of(MethodCode code, Op? producer)
    {
        for (int step = 0; producer is not null && step < MaxSteps; step++)
        {
            switch (producer.Code)
            {
                case Code.Ldsfld or Code.Ldsflda or Code.Ldfld or Code.Ldflda when Named(code, (FieldReference)producer.Operand!) is { } named:
                    return named with { IsOne = producer.Code is Code.Ldsfld or Code.Ldsflda };
                case Code.Ldsfld or Code.Ldsflda:
                    return new(Field((FieldReference)producer.Operand!), false, IsOne: true);
                case Code.Ldfld or Code.Ldflda:
                    var field = (FieldReference)producer.Operand!;
                    if (IsHoisted(field) && LastStore(code, producer, field) is { } stored) { producer = stored; continue; }
                    if (Local(code, field) is { } local) { return Stored(code, field) is { } value && Of(code, value) is { Name: not ['?', 'm' or 'l', ..] } known ? known : new(local, false); }
                    return OfMember(code, Field(field), producer);
                case Code.Castclass or Code.Isinst or Code.Unbox_Any or Code.Box or Code.Ldind_Ref or Code.Dup:
                    producer = producer.Inputs is [var inner] ? inner.Producer : null;
                    continue;
                case var load when Locals.IsLoad(load) || Locals.IsAddress(load):
                    producer = LastStore(code, producer);
                    continue;
                case Code.Ldarg_0 when code.Method.HasThis:
                    return new($"this of {Names.Type(code.Method.DeclaringType)}", true);
                case Code.Ldelem_Ref or Code.Ldelem_Any or Code.Ldelema:
                    var array = Of(code, producer.Inputs is [var items, _] ? items.Producer : null);
                    return array.IsNamed ? array : array with { Name = array.Name + "[]" };
                case Code.Call or Code.Callvirt when producer.Operand is MethodReference method:
                    if (Through(method) is { } argument && producer.Inputs is { } inputs && argument < inputs.Length) { producer = inputs[argument].Producer; continue; }
                    if (method.Name == "GetTypeFromHandle" && producer.Inputs is [{ Producer.Operand: TypeReference token }]) { return new($"typeof({Names.Type(token)})", false); }
                    if (Named(method) is { } property) { return property; }
                    if (code.Module.Originals.Getter(method) is { } backing) { return OfMember(code, Field(backing), producer); }
                    return new(Result(code, producer, method), false);
                case Code.Ldstr:
                    return new($"the string \"{Short((string)producer.Operand!)}\"", false, IsOne: true);
                case Code.Newobj:
                    return new($"?lock made in {Names.Method(code.Method)}", false);
                default:
                    int index = Locals.Argument(code.Method, producer.Instruction) - (code.Method.HasThis ? 1 : 0);
                    return new(index >= 0 ? $"?parameter {code.Method.Parameters[index].Name} of {Names.Method(code.Method)}" : $"?lock in {Names.Method(code.Method)}", false);
            }
        }

        return new($"?lock in {Names.Method(code.Method)}", false);
    }

    private static string Field(FieldReference field)
    {
        string name = Names.Field(field);
        int type = name.LastIndexOf(" (", StringComparison.Ordinal);
        return type > 0 ? name[..type] : name;
    }

    /// <summary>A parameter or local that a closure or a state machine keeps in a field: no place where locks live, any of them can pass through.</summary>
    private static string? Local(MethodCode code, FieldReference field)
    {
        if (!GeneratedNames.IsCapturedLocal(field.DeclaringType.Name, field.Name)) { return null; }
        bool parameter = !field.Name.StartsWith('<') && !field.DeclaringType.Name.StartsWith("<>c__", StringComparison.Ordinal);
        return parameter ? $"?parameter {field.Name} of {Names.Method(code.Method)}" : $"?{Field(field)} of {Locality(field.DeclaringType)}";
    }

    /// <summary>The method whose locals a closure or a state machine keeps, as far as the name of what runs there tells; else the type around it.</summary>
    private static string Locality(TypeReference closure)
    {
        if (closure.Resolve()?.Methods.FirstOrDefault(static m => m.Name == "MoveNext" || m.Name.StartsWith('<')) is not { } body) { return Names.Type(Outer(closure)); }
        string name = Names.Method(body);
        return name.Split('(')[0];
    }

    /// <summary>What a call gave. Any lock can pass through it; one that it takes out of a collection is named after that.</summary>
    private static string Result(MethodCode code, Op call, MethodReference method)
        => method.Name == "get_Item" && call.Inputs is [{ Producer: { } collection }, ..] && Of(code, collection).Name is var name && (name[0] != '?' || name.StartsWith("?captured", StringComparison.Ordinal))
            ? $"?{name.TrimStart('?')}[]" : $"?result of {Names.Type(method.DeclaringType)}.{method.Name}";

    private static string Short(string text) => text.Length <= MaxText ? text : text[..MaxText] + "…";

    /// <summary>What the only store to a local that a state machine keeps in a field puts there: two locals that get their locks from one place do not make two classes of them.</summary>
    private static Op? Stored(MethodCode code, FieldReference field)
    {
        if (!field.Name.StartsWith('<')) { return null; }

        // At its end the method clears what it kept.
        var stores = code.Ops.FindAll(op => op.Code == Code.Stfld && op.Operand is FieldReference stored && stored.Name == field.Name && op.Inputs is [_, { Producer.Code: not Code.Ldnull }]);
        return stores is [{ Inputs: [_, var value] }] ? value.Producer : null;
    }

    private static TypeReference Outer(TypeReference type)
    {
        while (GeneratedNames.Is(type.Name) && type.DeclaringType is { } outer) { type = outer; }
        return type;
    }

    /// <summary>A field that the compiler made for a temporary of an iterator or async method: it was loaded from somewhere else before.</summary>
    private static bool IsHoisted(FieldReference field) => field.Name.StartsWith("<>7__wrap", StringComparison.Ordinal) || field.Name.StartsWith("<>s__", StringComparison.Ordinal);

    private static Op? LastStore(MethodCode code, Op load, FieldReference field)
    {
        for (int i = load.Index - 1; i >= 0; i--)
        {
            Op op = code.Ops[i];
            if (op.Code == Code.Stfld && op.Operand is FieldReference stored && stored.Name == field.Name) { return op.Inputs is [_, var value] ? value.Producer : null; }
        }

        return null;
    }

    /// <summary>What was stored last, in the order of the code, into the local that an op loads: compilers store right before they lock.</summary>
    internal static Op? LastStore(MethodCode code, Op load)
    {
        var variable = Locals.Variable(code.Method.Body, load.Instruction);
        for (int i = load.Index - 1; i >= 0; i--)
        {
            Op op = code.Ops[i];
            if (Locals.IsStore(op.Code) && Locals.Variable(code.Method.Body, op.Instruction) == variable) { return op.Inputs is [var value] ? value.Producer : null; }
        }

        return null;
    }

    /// <summary>Which argument a call hands through, or null.</summary>
    private static int? Through(MethodReference method) => (method.DeclaringType.Name, method.Name) switch
    {
        ("Volatile", "Read") or ("Interlocked", "CompareExchange") or ("LazyInitializer", "EnsureInitialized") => 0,
        _ => null,
    };
}
