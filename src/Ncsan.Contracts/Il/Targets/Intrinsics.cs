using Mono.Cecil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>
/// Framework members whose effect on values is known exactly. Reading their bodies instead would mix all their callers (every field that is ever passed to
/// <c>Interlocked.CompareExchange</c> would hold everything), or find nothing (reflection, native code).
/// </summary>
internal static class Intrinsics
{
    /// <summary>True if the call is dealt with, the edge to the member included.</summary>
    internal static bool TryHandle(IlPass pass, CallContext call, IlMethod target, MethodReference reference)
    {
        if (target.Role == AssemblyRole.Application) { return false; }
        string type = target.Type.Definition.FullName, name = target.Definition.Name;
        MethodScan.Operand[] arguments = call.Arguments;
        switch (type)
        {
            case "System.Threading.Interlocked" when name is "Exchange" or "CompareExchange" && arguments[0].IsReference:
                pass.Graph.Flow(arguments[1].Node, arguments[0].Node);
                pass.Graph.Flow(arguments[0].Node, call.Result);
                break;
            case "System.Threading.Volatile" when name is "Read":
                pass.Graph.Flow(arguments[0].Node, call.Result);
                break;
            case "System.Threading.Volatile" when name is "Write" && arguments.Length == 2:
                pass.Graph.Flow(arguments[1].Node, arguments[0].Node);
                break;
            case "System.Runtime.CompilerServices.Unsafe":
                // The JIT replaces all of them; the bodies in CoreLib only throw.
                if (arguments.Length > 0) { pass.Graph.Alias(arguments[0].Node, call.Result); }
                break;
            case "System.Delegate" when name is "Combine" or "Remove" or "RemoveAll":
                foreach (MethodScan.Operand argument in arguments) { pass.Graph.Flow(argument.Node, call.Result); }
                break;
            case "System.Object" when name is "MemberwiseClone":
                pass.Graph.Flow(arguments[0].Node, call.Result);
                break;
            case "System.Object" when name is "GetType":
            case "System.Type" when name is "GetTypeFromHandle":
                pass.PutUnknown(call.Result, target.Definition.ReturnType);
                break;
            case "System.GC" when name is "KeepAlive" or "SuppressFinalize":
            case "Ncsan.Annotations.Instrumentation":
                break;
            case "System.Activator" when name is "CreateInstance" && reference is GenericInstanceMethod made:
                MakeOf(pass, call, made.GenericArguments[0]);
                break;
            case "System.Activator" when name is "CreateInstance":
            case "System.Reflection.MethodBase" or "System.Reflection.ConstructorInfo" when name is "Invoke":
            case "System.Type" when name is "InvokeMember":
            case "System.Delegate" when name is "DynamicInvoke" or "CreateDelegate":
                pass.Unresolved(call.Caller, call.Offset, $"{IlNames.Short(target.Definition.DeclaringType)}.{name} runs or makes whatever it is told to (reflection)");
                pass.PutUnknown(call.Result, null);
                break;
            default:
                return false;
        }

        pass.CallOnly(call, target);
        return true;
    }

    // new T(): the parameterless constructors of every argument that T is given.
    private static void MakeOf(IlPass pass, CallContext call, TypeReference type)
    {
        void Make(IlType made)
        {
            pass.Make(made, call.Result);
            if (made.Definition.Methods.FirstOrDefault(m => m.IsConstructor && !m.IsStatic && !m.HasParameters) is { } constructor)
            {
                pass.CallImplicit(call.Caller, call.Offset, pass.World.Method(constructor), "new T()");
            }
        }

        if (type is GenericParameter parameter)
        {
            pass.Graph.OnValue(pass.ParameterNode(parameter), v =>
            {
                if (pass.Values[v] is { Kind: ValueKind.Object, Type: { } argument }) { Make(argument); }
                else if (pass.Values[v].Kind == ValueKind.Outside) { pass.Unresolved(call.Caller, call.Offset, "new T() of a type of code that was not given"); }
            });
        }
        else if (pass.World.Type(type) is { } known) { Make(known); }
    }
}
