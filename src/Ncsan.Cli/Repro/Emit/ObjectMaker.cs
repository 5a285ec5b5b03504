using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>Writes expressions for the objects and arguments that calls of public members need.</summary>
/// <remarks>
/// Every object of the application's own types is one that both threads share, one of a type: whatever the two threads of the finding had in common is among them. Values of
/// the framework are made where they are used, so that they are nobody's race.
/// </remarks>
internal sealed class ObjectMaker(PublicApi api)
{
    private const int Deepest = 6;

    private readonly List<SharedObject> _shared = [];
    private readonly HashSet<string> _beingMade = [];
    private readonly HashSet<ModuleDefinition> _modules = [];

    /// <summary>What is shared so far, each after what it needs.</summary>
    public IReadOnlyList<SharedObject> Shared => _shared;

    /// <summary>The assemblies of the types that were named.</summary>
    public IReadOnlyList<ModuleDefinition> Modules => [.. _modules];

    /// <summary>Why the last thing that was asked for cannot be made.</summary>
    public string Why { get; private set; } = "";

    /// <summary>The types, and the method's own type parameters, for a call of a method; null with a reason where its constraints ask for more.</summary>
    public (TypeReference Type, TypeArguments Arguments)? Open(MethodReference method)
    {
        TypeDefinition definition = method.DeclaringType.Resolve();
        if (Choose(definition.GenericParameters) is not { } ofType || Choose(method.Resolve().GenericParameters) is not { } ofMethod) { return null; }
        _modules.Add(definition.Module);
        return (Instance(definition, ofType), new TypeArguments(ofType, ofMethod));
    }

    /// <summary>The variable of the one shared object of a type.</summary>
    public string? Share(TypeReference type)
    {
        if (_shared.FirstOrDefault(s => IsA(s.Type, type)) is { } known) { return known.Name; }
        string written = CSharpNames.Type(type);
        if (_beingMade.Count >= Deepest || !_beingMade.Add(written)) { return No($"a {written} needs another one to be made"); }
        try
        {
            if (Construct(type) is not { } expression) { return null; }
            if (_shared.Any(s => s.Name == expression)) { return expression; }
            string name = CSharpNames.Variable(type, [.. _shared.Select(static s => s.Name), "round", "start", "threads", "thread", "use", "args"]);
            _shared.Add(new SharedObject(name, type, expression));
            return name;
        }
        finally
        {
            _beingMade.Remove(written);
        }
    }

    /// <summary>An expression that makes a new object of a type of the application.</summary>
    public string? Construct(TypeReference type)
    {
        if (type.Resolve() is not { } definition || !PublicApi.IsVisible(definition)) { return No($"{CSharpNames.Type(type)} is not public"); }
        _modules.Add(definition.Module);
        var arguments = TypeArguments.Of(type);
        string written = CSharpNames.Type(type);
        if (definition is { IsAbstract: false, IsInterface: false })
        {
            foreach (MethodDefinition constructor in definition.GetConstructors().Where(static c => c is { IsPublic: true, IsStatic: false }).OrderBy(static c => c.Parameters.Count))
            {
                if (Arguments(constructor, arguments) is { } list) { return $"new {written}({list})"; }
            }

            if (definition.IsValueType) { return $"default({written})"; }
        }

        return FromItself(definition, type, arguments) ?? FromBuilder(definition, type) ?? FromImplementation(definition, type) ?? No($"a {written} cannot be made: no public constructor or factory takes what can be made up");
    }

    /// <summary>The arguments of a call, with their commas.</summary>
    public string? Arguments(MethodReference method, TypeArguments known)
    {
        var list = new List<string>();
        foreach (ParameterDefinition parameter in method.Resolve().Parameters)
        {
            if (api.Literals.Of(method, parameter.Index) is { } literal)
            {
                list.Add(literal);
                continue;
            }

            if (parameter.IsOptional) { break; }
            if (parameter.IsOut) { list.Add("out _"); }
            else if (parameter.ParameterType is ByReferenceType && !parameter.IsIn) { return No($"{method.Name} takes its {parameter.Name} by reference"); }
            else if (known.Close(parameter.ParameterType) is { } type && Value(type is ByReferenceType reference ? reference.ElementType : type) is { } value) { list.Add(value); }
            else { return Why.Length > 0 ? null : No($"the {parameter.Name} of {method.Name} cannot be made up"); }
        }

        return string.Join(", ", list);
    }

    /// <summary>An expression of a type.</summary>
    private string? Value(TypeReference type)
    {
        if (type is ArrayType array) { return array.Rank == 1 && Value(array.ElementType) is { } element ? $"new {CSharpNames.Type(array.ElementType)}[] {{ {element} }}" : No($"a {CSharpNames.Type(type)} cannot be made up"); }
        if (type is PointerType or FunctionPointerType) { return No("pointers cannot be made up"); }
        if (KnownValues.All.TryGetValue(type.FullName, out string? known)) { return known; }
        if (type is GenericInstanceType generic)
        {
            if (generic.ElementType.FullName == "System.Nullable`1") { return Value(generic.GenericArguments[0]); }
            if (KnownValues.Generic.TryGetValue(generic.ElementType.FullName, out string? pattern)) { return Fill(pattern, generic); }
        }

        if (type.Resolve() is not { } definition) { return No($"{type.FullName} is not there"); }
        string written = CSharpNames.Type(type);
        if (definition.BaseType?.FullName == "System.MulticastDelegate") { return Lambda(definition, TypeArguments.Of(type)); }
        if (definition.IsEnum) { return PublicApi.IsVisible(definition) ? $"default({written})" : No($"{written} is not public"); }
        if (api.Holds(definition)) { return definition.IsValueType ? Construct(type) : Share(type); }
        if (definition.IsValueType) { return $"default({written})"; }
        bool isPlain = !definition.IsAbstract && definition.GetConstructors().Any(static c => c is { IsPublic: true, IsStatic: false, HasParameters: false });
        return isPlain ? $"new {written}()" : No($"a {written} cannot be made up");
    }

    private string? Fill(string pattern, GenericInstanceType type)
    {
        string value = pattern.Contains("{2}", StringComparison.Ordinal) ? Value(type.GenericArguments[0]) ?? "" : "-";
        return value.Length == 0 ? null
            : string.Format(CultureInfo.InvariantCulture, pattern, CSharpNames.Type(type.GenericArguments[0]), type.GenericArguments.Count > 1 ? CSharpNames.Type(type.GenericArguments[1]) : "", value);
    }

    private string? Lambda(TypeDefinition type, TypeArguments known)
    {
        MethodDefinition invoke = type.Methods.First(static m => m.Name == "Invoke");
        if (invoke.Parameters.Any(static p => p.ParameterType is ByReferenceType)) { return No($"a {type.Name} takes references"); }
        string head = $"({string.Join(", ", invoke.Parameters.Select(static (_, i) => "p" + i))})";
        if (invoke.ReturnType.FullName == "System.Void") { return head + " => { }"; }
        return known.Close(invoke.ReturnType) is { } returned && Value(returned) is { } value ? $"{head} => {value}" : null;
    }

    /// <summary>A static member of the type that hands one out: <c>Parser.Default</c>, <c>JsonSerializer.Create()</c>.</summary>
    private string? FromItself(TypeDefinition definition, TypeReference type, TypeArguments known)
    {
        string written = CSharpNames.Type(type);
        foreach (MethodDefinition method in definition.Methods.Where(static m => m is { IsStatic: true, IsPublic: true, HasGenericParameters: false, IsConstructor: false }).OrderBy(static m => m.Parameters.Count))
        {
            if (known.Close(method.ReturnType) is not { } returned || !IsA(returned, type) || method.Name.StartsWith("op_", StringComparison.Ordinal)) { continue; }
            if (method.IsGetter) { return method.HasParameters ? null : $"{written}.{method.Name[4..]}"; }
            if (!method.IsSetter && Arguments(method, known) is { } arguments) { return $"{written}.{method.Name}({arguments})"; }
        }

        return definition.Fields.FirstOrDefault(f => f is { IsStatic: true, IsPublic: true } && known.Close(f.FieldType) is { } held && IsA(held, type)) is { } field ? $"{written}.{field.Name}" : null;
    }

    /// <summary>A method without arguments of something that can be made without any: <c>new DeserializerBuilder().Build()</c>.</summary>
    private string? FromBuilder(TypeDefinition definition, TypeReference type)
    {
        if (definition.HasGenericParameters) { return null; }
        foreach (TypeDefinition builder in api.VisibleTypes(definition.Module).Where(static t => t is { IsAbstract: false, HasGenericParameters: false, IsValueType: false }))
        {
            if (!builder.GetConstructors().Any(static c => c is { IsPublic: true, IsStatic: false, HasParameters: false })) { continue; }
            if (builder.Methods.FirstOrDefault(m => m is { IsPublic: true, IsStatic: false, HasParameters: false, HasGenericParameters: false, IsGetter: false } && m.ReturnType.FullName == type.FullName) is { } build)
            {
                return $"new {CSharpNames.Type(builder)}().{build.Name}()";
            }
        }

        return null;
    }

    private string? FromImplementation(TypeDefinition definition, TypeReference type)
    {
        if (definition is { IsInterface: false, IsAbstract: false } || type is GenericInstanceType) { return null; }
        foreach (TypeDefinition candidate in api.VisibleTypes(definition.Module).Where(t => t is { IsAbstract: false, IsInterface: false, HasGenericParameters: false } && t != definition && IsA(t, type)))
        {
            if (!_beingMade.Contains(CSharpNames.Type(candidate)) && Share(candidate) is { } made) { return made; }
        }

        return null;
    }

    private List<TypeReference>? Choose(IEnumerable<GenericParameter> parameters)
    {
        var chosen = new List<TypeReference>();
        foreach (GenericParameter parameter in parameters)
        {
            if (TypeArguments.Choose(parameter) is not { } type)
            {
                No($"nothing is known to stand for the type parameter {parameter.Name}");
                return null;
            }

            chosen.Add(type);
        }

        return chosen;
    }

    private static TypeReference Instance(TypeDefinition definition, List<TypeReference> arguments)
    {
        if (arguments.Count == 0) { return definition; }
        var instance = new GenericInstanceType(definition);
        foreach (TypeReference argument in arguments) { instance.GenericArguments.Add(argument); }
        return instance;
    }

    /// <summary>Whether a value of one type may be used where another one is asked for; of generic types only the same one.</summary>
    private static bool IsA(TypeReference type, TypeReference asked)
    {
        if (type.FullName == asked.FullName) { return true; }
        if (type.Resolve() is not { } definition || definition.IsValueType) { return false; }
        return definition.Interfaces.Any(i => i.InterfaceType.FullName == asked.FullName) || (definition.BaseType is { } parent && IsA(parent, asked));
    }

    private string? No(string why)
    {
        Why = why;
        return null;
    }
}
