using System.Diagnostics;
using Mono.Cecil;
using Ncsan.Rewriter.Framework;
using Ncsan.Rewriter.Passes.Locks;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter;

/// <summary>What every pass shares about the module at hand: hooks, sites, types, and the counts of what was left alone.</summary>
internal sealed class ModuleContext
{
    private readonly Dictionary<SkipReason, int> _skips = [];
    private readonly List<CleanMethod> _cleanMethods = [];
    private readonly Dictionary<FieldReference, FieldDefinition?> _fields = [];
    private readonly Dictionary<ModuleDefinition, bool> _framework = [];

    internal ModuleContext(ModuleDefinition module, FrameworkOptions? framework = null)
    {
        Module = module;
        Framework = framework;
        Hooks = new HookReferences(module, framework is not null);
        Types = new TypeFacts();
        Sites = new SiteBuilder();
        NoInstrument = new NoInstrumentFilter();
        IsOptimized = !module.Assembly.CustomAttributes.Any(IsUnoptimized);
        Calls = new Calls(this);
        Initializers = new TypeInitializers(this);
        MethodGroups = new MethodGroups(this);
        Methods.AddRange(module.GetTypes().Where(t => t.FullName != HookHomeInjection.TypeName).SelectMany(t => t.Methods).Where(m => m.HasBody && m.RVA != 0)); // accessors of what is private have an empty one
        Initializers.Learn();
        if (framework is null) { Originals.Learn(Methods); }
        Leaves = new Leaves(this, Methods);
        Ordering = new Ordering(this, Methods);
    }

    internal ModuleDefinition Module { get; }

    /// <summary>Set when the module is the framework's.</summary>
    internal FrameworkOptions? Framework { get; }

    internal HookReferences Hooks { get; }

    internal TypeFacts Types { get; }

    internal SiteBuilder Sites { get; }

    internal NoInstrumentFilter NoInstrument { get; }

    internal Calls Calls { get; }

    internal Leaves Leaves { get; }

    /// <summary>The type initialisers that may take a lock or wait.</summary>
    internal TypeInitializers Initializers { get; }

    internal OriginalBodies Originals { get; } = new();

    /// <summary>What stands in for methods of locks in delegates.</summary>
    internal MethodGroups MethodGroups { get; }

    internal Ordering Ordering { get; }

    /// <summary>The methods that have a body. Twins are not among them.</summary>
    internal List<MethodDefinition> Methods { get; } = [];

    /// <summary>See <see cref="RewriteOptions.Untested"/>.</summary>
    internal bool Untested { get; init; }

    /// <summary>Whether the JIT optimizes the module: it does not when the module was compiled for debugging.</summary>
    internal bool IsOptimized { get; }

    internal int MethodsInstrumented { get; set; }

    internal IReadOnlyDictionary<SkipReason, int> Skips => _skips;

    internal IReadOnlyList<CleanMethod> CleanMethods => _cleanMethods;

    internal void Skip(SkipReason reason, int count = 1) => _skips[reason] = _skips.GetValueOrDefault(reason) + count;

    internal void LeaveClean(MethodDefinition method, string id, string reason) => _cleanMethods.Add(new(Names.Method(method), id, reason));

    private static bool IsUnoptimized(CustomAttribute attribute) => attribute.AttributeType.FullName == "System.Diagnostics.DebuggableAttribute"
        && (attribute.ConstructorArguments is [{ Value: int modes }] ? (modes & (int)DebuggableAttribute.DebuggingModes.DisableOptimizations) != 0 : attribute.ConstructorArguments is [_, { Value: true }]);

    internal bool IsNoInstrument(AssemblyDefinition assembly) => NoInstrument.IsMarked(assembly) || NoInstrument.IsMarked(assembly.MainModule);

    /// <summary>Whether a type is part of a shared framework, which is not rewritten.</summary>
    internal bool IsFramework(TypeReference type)
    {
        if (Types.Resolve(type) is not { } definition || definition.Module == Module) { return false; }
        if (!_framework.TryGetValue(definition.Module, out bool framework))
        {
            string folder = Path.GetDirectoryName(definition.Module.FileName) ?? "";
            bool shared = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(folder))) == "shared";
            _framework[definition.Module] = framework = shared || File.Exists(Path.Combine(folder, "System.Private.CoreLib.dll"));
        }

        return framework;
    }

    /// <summary>Types whose members take addresses without looking behind them, or whose accesses have a pass of their own.</summary>
    internal static bool IsAddressOperation(string type) => type is "System.Runtime.CompilerServices.Unsafe" or "System.Runtime.InteropServices.MemoryMarshal" or "System.Threading.Volatile"
        or "System.Threading.Interlocked" || type.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal) || type.StartsWith("System.Numerics.Vector", StringComparison.Ordinal);

    /// <summary>The field's definition, or null when its assembly is not to be found.</summary>
    internal FieldDefinition? Resolve(FieldReference field)
    {
        if (!_fields.TryGetValue(field, out var definition)) { _fields[field] = definition = field.Resolve(); }
        return definition;
    }
}
