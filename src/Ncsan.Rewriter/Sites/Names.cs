using Mono.Cecil;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Sites;

/// <summary>Metadata as its author wrote it.</summary>
internal static class Names
{
    /// <summary><c>Bank.Run(int)</c>: what <see cref="SourceNames.Of"/> says of the same method at run time.</summary>
    internal static string Method(MethodDefinition method)
    {
        string type = Type(method.DeclaringType);
        var (holder, source) = SourceNames.Fold(type, method.Name);
        string parameters = source == method.Name && holder == type ? "(" + string.Join(", ", method.Parameters.Select(p => Type(p.ParameterType))) + ")" : "";
        return $"{holder}.{source}{parameters}";
    }

    /// <summary><c>Account._balance (int)</c>, <c>captured local x (int)</c>, or <c>position of iterator Shop.Orders (int)</c>.</summary>
    internal static string Field(FieldReference field)
    {
        string type = Type(field.FieldType), name = GeneratedNames.Field(field.Name);
        if (GeneratedNames.Iterator(field.DeclaringType.Name, field.Name) is { } part && field.DeclaringType.DeclaringType is { } outer)
        {
            var (holder, method) = SourceNames.Fold(Type(outer), part.Of);
            return $"{part.What} of iterator {holder}.{method} ({type})";
        }

        if (GeneratedNames.IsCapturedLocal(field.DeclaringType.Name, field.Name)) { return $"captured local {name} ({type})"; }
        return $"{Type(Author(field.DeclaringType.GetElementType()))}.{name} ({type})";
    }

    /// <summary>The type that its author wrote, around those that the compiler made.</summary>
    private static TypeReference Author(TypeReference type)
    {
        while (GeneratedNames.Is(type.Name) && type.DeclaringType is { } outer) { type = outer; }
        return type;
    }

    /// <summary>A type within a signature: keywords, no namespaces.</summary>
    internal static string Type(TypeReference type) => type switch
    {
        ArrayType array => Type(array.ElementType) + "[" + new string(',', array.Rank - 1) + "]",
        ByReferenceType reference => "ref " + Type(reference.ElementType),
        PointerType pointer => Type(pointer.ElementType) + "*",
        IModifierType modified => Type(modified.ElementType),
        PinnedType pinned => Type(pinned.ElementType),
        FunctionPointerType => "delegate*",
        GenericParameter parameter => parameter.Name,
        GenericInstanceType { Name: "Nullable`1" } nullable => Type(nullable.GenericArguments[0]) + "?",
        _ => Keyword(type) ?? Nested(type, type is GenericInstanceType instance ? instance.GenericArguments : type.GenericParameters),
    };

    // All arguments of a nested generic type hang on the innermost one in metadata; each level takes as many as its name says.
    private static string Nested(TypeReference type, IEnumerable<TypeReference> arguments)
    {
        var chain = new Stack<TypeReference>();
        for (var t = type.GetElementType(); t is not null; t = t.DeclaringType) { chain.Push(t); }
        var rest = new Queue<TypeReference>(arguments);
        string text = "";
        foreach (var level in chain)
        {
            int tick = level.Name.LastIndexOf('`');
            text += tick < 0 ? level.Name : level.Name[..tick];
            if (tick >= 0 && int.TryParse(level.Name.AsSpan(tick + 1), out int arity) && arity <= rest.Count)
            {
                text += "<" + string.Join(", ", Enumerable.Range(0, arity).Select(_ => Type(rest.Dequeue()))) + ">";
            }

            if (level != chain.Last()) { text += "."; }
        }

        return text;
    }

    private static string? Keyword(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Void => "void",
        MetadataType.Boolean => "bool",
        MetadataType.Byte => "byte",
        MetadataType.SByte => "sbyte",
        MetadataType.Char => "char",
        MetadataType.Int16 => "short",
        MetadataType.UInt16 => "ushort",
        MetadataType.Int32 => "int",
        MetadataType.UInt32 => "uint",
        MetadataType.Int64 => "long",
        MetadataType.UInt64 => "ulong",
        MetadataType.Single => "float",
        MetadataType.Double => "double",
        MetadataType.IntPtr => "nint",
        MetadataType.UIntPtr => "nuint",
        MetadataType.String => "string",
        MetadataType.Object => "object",
        _ when type.FullName == "System.Decimal" => "decimal",
        _ => null,
    };
}
