using System.Reflection;
using System.Text;

namespace Ncsan.Runtime.Sites;

/// <summary>Methods as their author wrote them: lambdas, local functions, async and iterator bodies under the method that holds them.</summary>
public static class SourceNames
{
    /// <summary>The name of a method with its parameter types: <c>Account.Withdraw(int)</c>.</summary>
    public static string Of(MethodBase method)
    {
        string type = TypeName(method.DeclaringType), name = method.Name;
        (string holder, string source) = Fold(type, name);
        string parameters = source == name && holder == type
            ? "(" + string.Join(", ", method.GetParameters().Select(static p => Short(p.ParameterType))) + ")"
            : "";
        return $"{holder}.{source}{parameters}";
    }

    /// <summary>The same with its namespace in front: how frames of the framework are told apart.</summary>
    public static string WithNamespace(MethodBase method) => method.DeclaringType?.Namespace is { Length: > 0 } space ? space + "." + Of(method) : Of(method);

    /// <summary>The name of a type as C# writes it, without namespaces.</summary>
    public static string OfType(Type type) => Short(type);

    /// <summary>Undoes what the compiler did to a type and a method name.</summary>
    /// <returns>The type that the author wrote, and the method with what it is inside it: <c>Run() lambda</c>.</returns>
    public static (string Type, string Method) Fold(string type, string method)
    {
        // The statements of a top-level program.
        if (method == "<Main>$") { return (type, "Main()"); }

        // <Run>d__3.MoveNext: the body of an async method or iterator. It may itself sit in a closure class.
        int dot = type.LastIndexOf('.');
        string last = type[(dot + 1)..];
        string outer = dot < 0 ? "" : type[..dot];
        if (last.StartsWith('<') && method == "MoveNext" && Inside(last) is { Length: > 0 } body)
        {
            return body.StartsWith('<') ? Fold(outer, body + Suffix(last)) : Fold(outer, body) is var (t, m) ? (t, m + "()") : default;
        }

        // <>c and <>c__DisplayClass4_0 hold lambdas and captured locals.
        if (last.StartsWith("<>c", StringComparison.Ordinal)) { return Fold(outer, method); }
        if (method.StartsWith('<') && Inside(method) is { } holder)
        {
            string suffix = Suffix(method);
            if (holder.Length == 0) { return (type, method); }
            string written = holder == "<Main>$" ? "Main" : holder;
            if (suffix == "$" || suffix.StartsWith("$d__", StringComparison.Ordinal)) { return (type, holder + "()"); } // of a top-level program again, where it awaits
            if (suffix.StartsWith("g__", StringComparison.Ordinal)) { return (type, $"{written}().{suffix[3..].Split('|')[0]}()"); }
            if (suffix.StartsWith("b__", StringComparison.Ordinal)) { return (type, $"{written}() lambda"); }
        }

        return (type, method);
    }

    private static string? Inside(string name)
    {
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
            if (depth == 0) { return name[1..i]; }
        }

        return null;
    }

    private static string Suffix(string name) => Inside(name) is { } inside ? name[(inside.Length + 2)..] : "";

    private static string TypeName(Type? type)
    {
        if (type is null) { return "<Module>"; }

        // A generic parameter's declaring type is the type that has it as an argument: following it would never end.
        if (type.IsGenericParameter) { return type.Name; }
        string name = type.Name.Split('`')[0];
        if (type.IsGenericType && !name.StartsWith('<')) { name += "<" + string.Join(", ", type.GetGenericArguments().Select(Short)) + ">"; }
        return type.DeclaringType is { } outer ? TypeName(outer) + "." + name : name;
    }

    private static string Short(Type type)
    {
        if (type.IsByRef) { return "ref " + Short(type.GetElementType()!); }
        if (type.IsArray) { return Short(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]"; }
        if (type.IsPointer) { return Short(type.GetElementType()!) + "*"; }
        return type.FullName switch
        {
            "System.Boolean" => "bool", "System.Byte" => "byte", "System.SByte" => "sbyte", "System.Char" => "char", "System.Int16" => "short", "System.UInt16" => "ushort",
            "System.Int32" => "int", "System.UInt32" => "uint", "System.Int64" => "long", "System.UInt64" => "ulong", "System.Single" => "float", "System.Double" => "double",
            "System.Decimal" => "decimal", "System.String" => "string", "System.Object" => "object", "System.IntPtr" => "nint", "System.UIntPtr" => "nuint",
            _ => TypeName(type),
        };
    }
}
