using System.Runtime.InteropServices;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Contracts.Il;

/// <summary>What an assembly is to the verifier.</summary>
internal enum AssemblyRole : byte
{
    /// <summary>Under verification: instrumented, or about to be.</summary>
    Application,

    /// <summary>The shared framework: instrumented only where its bodies call the hooks.</summary>
    Framework,

    /// <summary>Ncsan.Runtime and Ncsan.Annotations: protected as a whole.</summary>
    Sanitizer,
}

/// <summary>The assemblies of a program, and the one place where references become definitions.</summary>
internal sealed class IlWorld : IAssemblyResolver
{
    private readonly Dictionary<string, AssemblyDefinition?> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<AssemblyDefinition, AssemblyRole> _roles = [];
    private readonly Dictionary<TypeDefinition, IlType> _types = [];
    private readonly Dictionary<TypeReference, IlType?> _typeReferences = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<MethodDefinition, IlMethod> _methods = [];
    private readonly Dictionary<MethodReference, IlMethod?> _methodReferences = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FieldReference, FieldDefinition?> _fieldReferences = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _applicationFolders = [];
    private readonly List<string> _frameworkFolders;
    private readonly List<AssemblyDefinition> _given = [];
    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal);
    private readonly HashSet<(ModuleDefinition Module, int Token)> _damagedBodies = [];

    /// <summary>Opens the given assemblies; what they reference is opened when it is first needed.</summary>
    /// <exception cref="IlInputException">An assembly cannot be read.</exception>
    internal IlWorld(IlOptions options)
    {
        _frameworkFolders = options.FrameworkFolders.Count > 0 ? [.. options.FrameworkFolders] : [RuntimeEnvironment.GetRuntimeDirectory()];
        if (options.Assemblies.Count == 0) { throw new IlInputException("NCS2307", "no assembly was given to verify"); }
        try
        {
            OpenAll(options);
            Object = FrameworkType("System", "Object");
            Delegate = FrameworkType("System", "Delegate");
            Array = FrameworkType("System", "Array");
            String = FrameworkType("System", "String");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void OpenAll(IlOptions options)
    {
        foreach (string path in options.Assemblies)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            if (!_applicationFolders.Contains(folder)) { _applicationFolders.Add(folder); }
            AssemblyDefinition assembly = OpenGiven(path);
            if (_byName.TryAdd(assembly.Name.Name, assembly))
            {
                _given.Add(assembly);
                _roles[assembly] = RoleOf(assembly, AssemblyRole.Application);
            }
        }
    }

    /// <summary>The assemblies under verification.</summary>
    internal IReadOnlyList<AssemblyDefinition> Given => _given;

    /// <summary>Assemblies and members that are referenced and were not found: each is a hole in the proof and is listed.</summary>
    internal IReadOnlyCollection<string> Missing => _missing;

    /// <summary>All methods that were ever asked for.</summary>
    internal int MethodCount => _methods.Count;

    internal IlType? Object { get; }

    internal IlType? Delegate { get; }

    internal IlType? Array { get; }

    internal IlType? String { get; }

    /// <summary>A type of the framework's core library, or null where there is none (an odd world without System.Object).</summary>
    internal IlType? FrameworkType(string space, string name)
        => Resolve(new AssemblyNameReference("System.Private.CoreLib", null)) is { } core && core.MainModule.GetType(space, name) is { } type ? Type(type) : null;

    internal AssemblyRole RoleOf(ModuleDefinition module) => _roles.TryGetValue(module.Assembly, out AssemblyRole role) ? role : AssemblyRole.Framework;

    internal IlType Type(TypeDefinition definition)
    {
        if (!_types.TryGetValue(definition, out IlType? type)) { _types.Add(definition, type = new IlType(this, definition, _types.Count)); }
        return type;
    }

    /// <summary>The definition behind a reference, with generic arguments dropped; arrays are System.Array; pointers and parameters are null.</summary>
    internal IlType? Type(TypeReference? reference)
    {
        if (reference is null) { return null; }
        if (reference is TypeDefinition definition) { return Type(definition); }
        if (_typeReferences.TryGetValue(reference, out IlType? known)) { return known; }
        return _typeReferences[reference] = reference switch
        {
            ArrayType => Array,
            GenericInstanceType instance => Type(instance.ElementType),
            IModifierType modified => Type(modified.ElementType),
            PinnedType pinned => Type(pinned.ElementType),
            TypeSpecification or GenericParameter => null,
            _ => Find(reference, static r => r.Resolve()) is { } found ? Type(found) : null,
        };
    }

    internal IlMethod Method(MethodDefinition definition)
    {
        if (!_methods.TryGetValue(definition, out IlMethod? method)) { _methods.Add(definition, method = new IlMethod(Type(definition.DeclaringType), definition)); }
        return method;
    }

    /// <summary>The definition behind a reference, or null: a method of an array, or of something that was not found.</summary>
    internal IlMethod? Method(MethodReference reference)
    {
        if (reference is MethodDefinition definition) { return Method(definition); }
        if (reference is MethodSpecification specification) { return Method(specification.ElementMethod); }
        if (_methodReferences.TryGetValue(reference, out IlMethod? known)) { return known; }
        IlMethod? method = reference.DeclaringType is ArrayType || Find(reference, static r => r.Resolve()) is not { } found ? null : Method(found);
        return _methodReferences[reference] = method;
    }

    /// <summary>Whether the body is one that no reader can make sense of.</summary>
    internal bool IsDamaged(MethodDefinition method) => _damagedBodies.Count > 0 && _damagedBodies.Contains((method.Module, method.MetadataToken.ToInt32()));

    internal FieldDefinition? Field(FieldReference reference)
    {
        if (reference is FieldDefinition definition) { return definition; }
        if (!_fieldReferences.TryGetValue(reference, out FieldDefinition? field)) { _fieldReferences[reference] = field = Find(reference, static r => r.Resolve()); }
        return field;
    }

    /// <inheritdoc/>
    public AssemblyDefinition? Resolve(AssemblyNameReference name)
    {
        if (_byName.TryGetValue(name.Name, out AssemblyDefinition? assembly)) { return assembly; }
        foreach ((string folder, AssemblyRole role) in Folders())
        {
            string path = Path.Combine(folder, name.Name + ".dll");
            if (!File.Exists(path)) { continue; }
            try
            {
                assembly = Open(path, symbols: role != AssemblyRole.Framework);
                _roles[assembly] = RoleOf(assembly, role);
                break;
            }
            catch (Exception fault) when (IsBadImage(fault)) { assembly = null; }
        }

        if (assembly is null) { _missing.Add($"assembly {name.Name}"); }
        return _byName[name.Name] = assembly;
    }

    /// <inheritdoc/>
    public AssemblyDefinition? Resolve(AssemblyNameReference name, ReaderParameters parameters) => Resolve(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AssemblyDefinition? assembly in _byName.Values) { assembly?.Dispose(); }
    }

    // The framework's folder wins: a self-contained application that carries its own copy gives that folder as the framework's.
    private IEnumerable<(string Folder, AssemblyRole Role)> Folders()
        => _frameworkFolders.Select(f => (f, AssemblyRole.Framework)).Concat(_applicationFolders.Select(f => (f, AssemblyRole.Application)));

    private static AssemblyRole RoleOf(AssemblyDefinition assembly, AssemblyRole otherwise)
        => assembly.Name.Name is "Ncsan.Runtime" or "Ncsan.Annotations" ? AssemblyRole.Sanitizer
            : assembly.Name.Name is "System.Private.CoreLib" ? AssemblyRole.Framework : otherwise;

    private AssemblyDefinition OpenGiven(string path)
    {
        if (!File.Exists(path)) { throw new IlInputException("NCS2001", $"{path}: there is no such file"); }
        try
        {
            return Open(path, symbols: true);
        }
        catch (DamagedMetadataException fault)
        {
            throw new IlInputException("NCS2302", $"{path}: its metadata contradicts itself ({fault.Message}); it may be obfuscated or damaged, and cannot be verified");
        }
        catch (Exception fault) when (IsBadImage(fault))
        {
            throw new IlInputException("NCS2301", $"{path}: not a .NET assembly that can be read ({OneLine(fault)}); give a managed .dll or .exe");
        }
    }

    private AssemblyDefinition Open(string path, bool symbols)
    {
        IReadOnlySet<int> damaged = MetadataBounds.Check(path);
        var parameters = new ReaderParameters { AssemblyResolver = this, ReadingMode = ReadingMode.Deferred, InMemory = false };
        AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(path, parameters);
        if (assembly.MainModule.Assembly is null) { throw new BadImageFormatException("a netmodule without an assembly"); }
        foreach (int token in damaged) { _damagedBodies.Add((assembly.MainModule, token)); }
        if (symbols) { ReadSymbols(assembly.MainModule); }
        return assembly;
    }

    private static void ReadSymbols(ModuleDefinition module)
    {
        try
        {
            if (new DefaultSymbolReaderProvider(throwIfNoSymbol: false).GetSymbolReader(module, module.FileName) is { } reader) { module.ReadSymbols(reader, throwIfSymbolsAreNotMaching: false); }
        }
        catch (Exception fault) when (IsBadImage(fault))
        {
            // A PDB of another build or format costs file and line, never the verdict.
        }
    }

    private T? Find<TReference, T>(TReference reference, Func<TReference, T?> resolve)
        where TReference : MemberReference
        where T : class
    {
        try
        {
            if (resolve(reference) is { } found) { return found; }
        }
        catch (Exception fault) when (IsBadImage(fault))
        {
        }

        if (reference is not TypeReference { IsGenericParameter: true }) { _missing.Add(reference.FullName); }
        return null;
    }

    /// <summary>What Cecil throws on bytes that are not what they claim to be. It has no exception type of its own for that.</summary>
    internal static bool IsBadImage(Exception fault)
        => fault is BadImageFormatException or IOException or ArgumentException or InvalidOperationException or NotSupportedException or IndexOutOfRangeException
            or NullReferenceException or OverflowException or InvalidCastException or KeyNotFoundException or AssemblyResolutionException or ResolutionException
            or SymbolsNotMatchingException or UnauthorizedAccessException or OutOfMemoryException or NotImplementedException;

    private static string OneLine(Exception fault) => fault.Message.ReplaceLineEndings(" ").Trim();
}
