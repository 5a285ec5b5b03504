using Mono.Cecil;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>Metadata as a C# program names it.</summary>
internal static class CSharpNames
{
    private static readonly Dictionary<string, string> s_keywords = new()
    {
        ["System.Boolean"] = "bool", ["System.Byte"] = "byte", ["System.SByte"] = "sbyte", ["System.Char"] = "char", ["System.Int16"] = "short", ["System.UInt16"] = "ushort", ["System.Int32"] = "int",
        ["System.UInt32"] = "uint", ["System.Int64"] = "long", ["System.UInt64"] = "ulong", ["System.Single"] = "float", ["System.Double"] = "double", ["System.Decimal"] = "decimal",
        ["System.String"] = "string", ["System.Object"] = "object", ["System.IntPtr"] = "nint", ["System.UIntPtr"] = "nuint",
    };

    private static readonly HashSet<string> s_reserved =
    [
        .. s_keywords.Values, "as", "base", "break", "case", "catch", "checked", "class", "const", "continue", "default", "delegate", "do", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "for",
        "foreach", "goto", "if", "implicit", "in", "interface", "internal", "is", "lock", "namespace", "new", "null", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref",
        "return", "sealed", "sizeof", "stackalloc", "static", "struct", "switch", "this", "throw", "true", "try", "typeof", "unchecked", "unsafe", "using", "virtual", "void", "volatile", "while",
    ];

    /// <summary>A type without open parameters, with its namespace.</summary>
    public static string Type(TypeReference type) => type switch
    {
        ArrayType array => Type(array.ElementType) + "[" + new string(',', array.Rank - 1) + "]",
        ByReferenceType reference => Type(reference.ElementType),
        IModifierType modified => Type(modified.ElementType),
        GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable => Type(nullable.GenericArguments[0]) + "?",
        GenericInstanceType instance => Nested(instance.ElementType, new Queue<TypeReference>(instance.GenericArguments)),
        _ => s_keywords.GetValueOrDefault(type.FullName) ?? Nested(type, []),
    };

    /// <summary>A name for a variable that holds one: <c>IBankAccount&lt;T&gt;</c> is <c>bankAccount</c>.</summary>
    public static string Variable(TypeReference type, ICollection<string> taken)
    {
        string name = type.GetElementType().Name.Split('`')[0];
        if (name.Length > 2 && name[0] == 'I' && char.IsUpper(name[1])) { name = name[1..]; }
        name = char.ToLowerInvariant(name[0]) + name[1..];
        string free = s_reserved.Contains(name) ? "a" + char.ToUpperInvariant(name[0]) + name[1..] : name;
        for (int i = 2; taken.Contains(free); i++) { free = name + i; }
        return free;
    }

    // All arguments of a nested generic type hang on the innermost one in metadata; each level takes as many as its name says.
    private static string Nested(TypeReference type, Queue<TypeReference> arguments)
    {
        string outer = type.DeclaringType is { } declaring ? Nested(declaring, arguments) + "." : type.Namespace.Length > 0 ? type.Namespace + "." : "";
        int tick = type.Name.LastIndexOf('`');
        if (tick < 0 || !int.TryParse(type.Name.AsSpan(tick + 1), out int arity)) { return outer + type.Name; }
        return $"{outer}{type.Name[..tick]}<{string.Join(", ", Enumerable.Range(0, Math.Min(arity, arguments.Count)).Select(_ => Type(arguments.Dequeue())))}>";
    }
}
