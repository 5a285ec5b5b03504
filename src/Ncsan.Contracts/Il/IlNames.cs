using System.Text;
using Mono.Cecil;

namespace Ncsan.Contracts.Il;

/// <summary>Metadata names as a C# programmer writes them.</summary>
internal static class IlNames
{
    private static readonly Dictionary<string, string> s_keywords = new(StringComparer.Ordinal)
    {
        ["System.Void"] = "void", ["System.Object"] = "object", ["System.String"] = "string", ["System.Boolean"] = "bool", ["System.Byte"] = "byte",
        ["System.SByte"] = "sbyte", ["System.Int16"] = "short", ["System.UInt16"] = "ushort", ["System.Int32"] = "int", ["System.UInt32"] = "uint",
        ["System.Int64"] = "long", ["System.UInt64"] = "ulong", ["System.Single"] = "float", ["System.Double"] = "double", ["System.Char"] = "char",
        ["System.Decimal"] = "decimal", ["System.IntPtr"] = "nint", ["System.UIntPtr"] = "nuint",
    };

    /// <summary><c>Namespace.Type.Method(int, string)</c>.</summary>
    internal static string Of(MethodReference method)
    {
        var text = new StringBuilder(Full(method.DeclaringType)).Append('.').Append(method.Name);
        if (method is GenericInstanceMethod instance) { Join(text, '<', instance.GenericArguments, '>'); }
        else if (method.HasGenericParameters) { text.Append('<').AppendJoin(", ", method.GenericParameters.Select(p => p.Name)).Append('>'); }
        return Join(text, '(', method.Parameters.Select(p => p.ParameterType), ')').ToString();
    }

    /// <summary><c>Type.field</c>, with the namespace.</summary>
    internal static string Of(FieldReference field) => $"{Full(field.DeclaringType)}.{field.Name}";

    /// <summary>The short name of a type, generic arguments and all.</summary>
    internal static string Short(TypeReference type) => type switch
    {
        ArrayType array => Short(array.ElementType) + "[" + new string(',', array.Rank - 1) + "]",
        ByReferenceType reference => "ref " + Short(reference.ElementType),
        PointerType pointer => Short(pointer.ElementType) + "*",
        FunctionPointerType function => $"delegate*<{string.Join(", ", function.Parameters.Select(p => Short(p.ParameterType)).Append(Short(function.ReturnType)))}>",
        IModifierType modified => Short(modified.ElementType),
        GenericInstanceType instance => Join(new StringBuilder(Bare(instance.ElementType.Name)), '<', instance.GenericArguments, '>').ToString(),
        GenericParameter parameter => parameter.Name,
        _ => s_keywords.TryGetValue(type.FullName, out string? keyword) ? keyword : Bare(type.Name),
    };

    /// <summary>A type with its namespace and enclosing types: <c>Bank.Account.Entry</c>.</summary>
    internal static string Full(TypeReference type)
    {
        if (type is TypeSpecification and not GenericInstanceType) { return Short(type); }
        string own = type is GenericInstanceType ? Short(type) : Bare(type.Name);
        if (type.DeclaringType is { } outer) { return Full(outer) + "." + own; }
        return type.Namespace.Length == 0 ? own : type.Namespace + "." + own;
    }

    private static string Bare(string name) => name.IndexOf('`') is var at and > 0 ? name[..at] : name;

    private static StringBuilder Join(StringBuilder text, char open, IEnumerable<TypeReference> types, char close)
        => text.Append(open).AppendJoin(", ", types.Select(Short)).Append(close);
}
