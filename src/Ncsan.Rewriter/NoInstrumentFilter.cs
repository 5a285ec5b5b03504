using Mono.Cecil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter;

/// <summary>
/// What [NoInstrument] covers: the marked method, property or type, everything nested in it, and what the compiler made of it elsewhere
/// (lambdas, local functions, async and iterator bodies). The attribute is known by name, so that a program may bring its own.
/// </summary>
internal sealed class NoInstrumentFilter
{
    private const string AttributeName = "Ncsan.Annotations.NoInstrumentAttribute";

    private readonly Dictionary<TypeDefinition, bool> _types = [];
    private readonly Dictionary<TypeDefinition, HashSet<string>> _markedNames = [];

    internal bool IsMarked(ICustomAttributeProvider provider) =>
        provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == AttributeName);

    internal bool Covers(MethodDefinition method) => IsMarked(method) || Covers(method.DeclaringType)
        || ((method.IsGetter || method.IsSetter) && MarkedNames(method.DeclaringType).Contains(method.Name)) || IsPartOfMarked(method);

    private bool Covers(TypeDefinition type)
    {
        if (!_types.TryGetValue(type, out bool covered))
        {
            _types[type] = covered = IsMarked(type) || (type.DeclaringType is { } outer && Covers(outer));
        }

        return covered;
    }

    /// <summary>A lambda of <c>M</c> is called <c>&lt;M&gt;b__0</c>, the type of its async body <c>&lt;M&gt;d__1</c>; when any overload of M is marked, all of them are left alone.</summary>
    private bool IsPartOfMarked(MethodDefinition method)
    {
        if (!GeneratedNames.Is(method.Name) && !GeneratedNames.Is(method.DeclaringType.Name)) { return false; }
        for (TypeDefinition? owner = method.DeclaringType; owner is not null; owner = owner.DeclaringType)
        {
            var names = MarkedNames(owner);
            if (names.Count > 0 && names.Any(n => IsPartOf(method, owner, n))) { return true; }
        }

        return false;
    }

    private static bool IsPartOf(MethodDefinition method, TypeDefinition owner, string name)
    {
        string made = "<" + name + ">";
        if (method.Name.Contains(made, StringComparison.Ordinal)) { return true; }
        for (TypeDefinition? type = method.DeclaringType; type is not null && type != owner; type = type.DeclaringType)
        {
            if (type.Name.Contains(made, StringComparison.Ordinal)) { return true; }
        }

        return false;
    }

    /// <summary>Names of the methods of a type that are marked, themselves or through their property.</summary>
    private HashSet<string> MarkedNames(TypeDefinition type)
    {
        if (!_markedNames.TryGetValue(type, out var names))
        {
            names = [.. type.Methods.Where(IsMarked).Select(m => m.Name)];
            foreach (var property in type.Properties.Where(IsMarked))
            {
                if (property.GetMethod is { } get) { names.Add(get.Name); }
                if (property.SetMethod is { } set) { names.Add(set.Name); }
            }

            _markedNames[type] = names;
        }

        return names;
    }
}
