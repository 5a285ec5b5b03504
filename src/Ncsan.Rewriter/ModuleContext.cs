using Mono.Cecil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter;

/// <summary>What every pass shares about the module at hand: hooks, sites, types, and the counts of what was left alone.</summary>
internal sealed class ModuleContext
{
    private readonly Dictionary<SkipReason, int> _skips = [];
    private readonly List<CleanMethod> _cleanMethods = [];
    private readonly Dictionary<FieldReference, FieldDefinition?> _fields = [];

    internal ModuleContext(ModuleDefinition module)
    {
        Module = module;
        Hooks = new HookReferences(module);
        Types = new TypeFacts();
        Sites = new SiteBuilder();
        NoInstrument = new NoInstrumentFilter();
    }

    internal ModuleDefinition Module { get; }

    internal HookReferences Hooks { get; }

    internal TypeFacts Types { get; }

    internal SiteBuilder Sites { get; }

    internal NoInstrumentFilter NoInstrument { get; }

    internal int MethodsInstrumented { get; set; }

    internal IReadOnlyDictionary<SkipReason, int> Skips => _skips;

    internal IReadOnlyList<CleanMethod> CleanMethods => _cleanMethods;

    internal void Skip(SkipReason reason, int count = 1) => _skips[reason] = _skips.GetValueOrDefault(reason) + count;

    internal void LeaveClean(MethodDefinition method, string id, string reason) => _cleanMethods.Add(new(Names.Method(method), id, reason));

    internal bool IsNoInstrument(AssemblyDefinition assembly) => NoInstrument.IsMarked(assembly) || NoInstrument.IsMarked(assembly.MainModule);

    /// <summary>The field's definition, or null when its assembly is not to be found.</summary>
    internal FieldDefinition? Resolve(FieldReference field)
    {
        if (!_fields.TryGetValue(field, out var definition)) { _fields[field] = definition = field.Resolve(); }
        return definition;
    }
}
