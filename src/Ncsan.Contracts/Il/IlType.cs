using Mono.Cecil;

namespace Ncsan.Contracts.Il;

/// <summary>A type definition with what dispatch asks of it. Generic arguments are dropped: all instantiations are one type.</summary>
internal sealed class IlType
{
    private readonly IlWorld _world;
    private readonly Dictionary<IlMethod, IlMethod[]> _dispatch = [];
    private HashSet<IlType>? _ancestors;
    private IlType? _base;
    private bool _baseKnown;
    private MethodDefinition? _initializer;
    private MethodDefinition? _finalizer;
    private bool _specialKnown;

    internal IlType(IlWorld world, TypeDefinition definition, int id)
    {
        _world = world;
        Definition = definition;
        Id = id;
        Role = world.RoleOf(definition.Module);
        IsVisible = Visible(definition);
    }

    internal TypeDefinition Definition { get; }

    /// <summary>Whether the body of one of its methods is one that no reader can make sense of.</summary>
    internal bool IsDamaged(MethodDefinition method) => _world.IsDamaged(method);

    internal int Id { get; }

    internal AssemblyRole Role { get; }

    /// <summary>Code outside of its assembly can name it.</summary>
    internal bool IsVisible { get; }

    internal bool IsValueType => Definition.IsValueType;

    /// <summary>System.Object.</summary>
    internal bool IsRoot => ReferenceEquals(this, _world.Object);

    internal bool IsDelegate => Base is { Definition.FullName: "System.MulticastDelegate" };

    internal IlType? Base
    {
        get
        {
            if (!_baseKnown)
            {
                _base = _world.Type(Definition.BaseType);
                _baseKnown = true;
                for (IlType? up = _base; up is not null; up = up.Base)
                {
                    // Only a forged assembly has a class that derives from itself.
                    if (ReferenceEquals(up, this)) { return _base = null; }
                }
            }

            return _base;
        }
    }

    /// <summary>The static constructor, if the type has one.</summary>
    internal MethodDefinition? Initializer { get { FindSpecial(); return _initializer; } }

    /// <summary>The finalizer that this type itself declares or inherits from a type that is not the framework's.</summary>
    internal MethodDefinition? Finalizer { get { FindSpecial(); return _finalizer; } }

    /// <summary>Whether code outside of the given assemblies could derive from, implement, or (delegates) make one of these.</summary>
    /// <remarks>System.Type and the reflection classes can be derived from, and are so only by tools that no hook is handed an object of: taking that for
    /// possible would make a hole of every <c>typeof</c>.</remarks>
    internal bool IsOpenToOutside => IsVisible && (Definition.IsInterface || IsDelegate || (!Definition.IsSealed && !IsValueType && !IsReflection));

    private bool IsReflection => Role == AssemblyRole.Framework && (Definition.Namespace.StartsWith("System.Reflection", StringComparison.Ordinal) || Definition.FullName == "System.Type");

    /// <summary>Whether a value of this type can be held in a variable of <paramref name="bound"/>.</summary>
    internal bool IsAssignableTo(IlType bound) => ReferenceEquals(this, bound) || ReferenceEquals(bound, _world.Object) || Ancestors.Contains(bound);

    /// <summary>What a call of <paramref name="declared"/> on a value of this very type runs. Several where only generic arguments tell them apart.</summary>
    internal IlMethod[] Dispatch(IlMethod declared)
    {
        if (!_dispatch.TryGetValue(declared, out IlMethod[]? found)) { _dispatch.Add(declared, found = Overriding.Find(_world, this, declared)); }
        return found;
    }

    /// <inheritdoc/>
    public override string ToString() => Definition.FullName;

    /// <summary>Every type that a value of this one can be held as, itself and System.Object aside where it is an interface.</summary>
    internal IReadOnlyCollection<IlType> AllAncestors => Ancestors;

    private HashSet<IlType> Ancestors
    {
        get
        {
            if (_ancestors is not null) { return _ancestors; }
            var all = new HashSet<IlType>();
            _ancestors = all;
            void Take(TypeReference? reference)
            {
                if (_world.Type(reference) is { } type && all.Add(type)) { all.UnionWith(type.Ancestors); }
            }

            Take(Definition.BaseType);
            foreach (InterfaceImplementation implemented in Definition.Interfaces) { Take(implemented.InterfaceType); }
            if (Definition.FullName == "System.Array")
            {
                // The runtime gives every T[] these (through SZArrayHelper); System.Array itself does not declare them.
                foreach (string name in (string[])["IEnumerable`1", "ICollection`1", "IList`1", "IReadOnlyCollection`1", "IReadOnlyList`1"])
                {
                    if (_world.FrameworkType("System.Collections.Generic", name) is { } type) { all.Add(type); }
                }
            }

            return all;
        }
    }

    private void FindSpecial()
    {
        if (_specialKnown) { return; }
        _specialKnown = true;
        foreach (MethodDefinition method in Definition.Methods)
        {
            if (method.IsConstructor && method.IsStatic) { _initializer = method; }
            if (method is { Name: "Finalize", IsVirtual: true, HasParameters: false }) { _finalizer = method; }
        }

        if (_finalizer is null && Role != AssemblyRole.Framework) { _finalizer = Base?.Finalizer; }
    }

    private static bool Visible(TypeDefinition type)
        => type.DeclaringType is null ? type.IsPublic : (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamilyOrAssembly) && Visible(type.DeclaringType);
}
