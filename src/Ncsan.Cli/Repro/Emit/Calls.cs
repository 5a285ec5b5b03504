using Mono.Cecil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>Writes the call of a public method as a statement.</summary>
/// <param name="maker">Makes what the call needs.</param>
/// <param name="sharesReceiver">The object that is called on is the shared one of its type; else each call makes its own, and only what that needs is shared.</param>
internal sealed class Calls(ObjectMaker maker, bool sharesReceiver)
{
    /// <summary>Why the last call cannot be written.</summary>
    public string Why { get; private set; } = "";

    /// <summary>The statement, or null.</summary>
    public string? Statement(MethodDefinition method)
    {
        if (method.IsConstructor && method.IsStatic) { return No($"the static constructor of {method.DeclaringType.Name} cannot be called"); }
        if (method.Name == "Finalize" || method.Name.StartsWith("op_", StringComparison.Ordinal)) { return No($"{Names.Method(method)} is not called by name"); }
        MethodReference called = PublicApi.ThroughInterface(method) ?? method;
        if (maker.Open(called) is not var (type, known)) { return No(maker.Why); }
        if (method.IsConstructor) { return maker.Arguments(method, known) is { } list ? $"_ = new {CSharpNames.Type(type)}({list});" : No(maker.Why); }
        string? receiver = method.IsStatic ? CSharpNames.Type(type) : Receiver(called == method ? type : method.DeclaringType, called == method ? null : type);
        if (receiver is null || maker.Arguments(called, known) is not { } arguments) { return No(maker.Why); }
        return Written(called.Resolve(), receiver, arguments, known);
    }

    /// <summary>An expression for the object that is called on, cast where only its interface has the member.</summary>
    private string? Receiver(TypeReference type, TypeReference? through)
    {
        string? made = sharesReceiver ? maker.Share(type) : maker.Construct(type);
        return made is null || through is null ? made : $"(({CSharpNames.Type(through)}){made})";
    }

    private static string Written(MethodDefinition method, string receiver, string arguments, TypeArguments known)
    {
        if (method.IsGetter) { return arguments.Length > 0 ? $"_ = {receiver}[{arguments}];" : $"_ = {receiver}.{method.Name[4..]};"; }
        if (method.IsSetter)
        {
            int last = method.Parameters.Count == 1 ? 0 : LastArgument(arguments);
            return method.Parameters.Count == 1 ? $"{receiver}.{method.Name[4..]} = {arguments};" : $"{receiver}[{arguments[..(last - 2)]}] = {arguments[last..]};";
        }

        if (method.IsAddOn || method.IsRemoveOn) { return $"{receiver}.{method.Name[(method.Name.IndexOf('_') + 1)..]} {(method.IsAddOn ? "+=" : "-=")} {arguments};"; }
        string types = known.OfMethod.Count > 0 ? "<" + string.Join(", ", known.OfMethod.Select(CSharpNames.Type)) + ">" : "";
        string call = $"{receiver}.{method.Name}{types}({arguments})", returned = method.ReturnType.GetElementType().FullName;
        bool isIterator = method.CustomAttributes.Any(static a => a.AttributeType.Name == "IteratorStateMachineAttribute");
        return returned switch
        {
            "System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1" => $"{call}.GetAwaiter().GetResult();",
            "System.Threading.Tasks.ValueTask" or "System.Threading.Tasks.ValueTask`1" => $"{call}.AsTask().GetAwaiter().GetResult();",
            "System.Collections.Generic.IAsyncEnumerable`1" => $"foreach (var item in System.Threading.Tasks.TaskAsyncEnumerableExtensions.ToBlockingEnumerable({call})) {{ }}",
            _ when isIterator && returned.Contains("IEnumerable", StringComparison.Ordinal) => $"foreach (var item in {call}) {{ }}",
            _ when isIterator => $"for (var items = {call}; items.MoveNext();) {{ }}",
            _ => call + ";",
        };
    }

    /// <summary>Where the last of several arguments begins: the value that an indexer is set to.</summary>
    private static int LastArgument(string arguments)
    {
        int depth = 0, last = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            depth += arguments[i] is '(' or '{' or '[' or '<' ? 1 : arguments[i] is ')' or '}' or ']' ? -1 : 0;
            if (arguments[i] == ',' && depth == 0) { last = i + 2; }
        }

        return last;
    }

    private string? No(string why)
    {
        Why = why;
        return null;
    }
}
