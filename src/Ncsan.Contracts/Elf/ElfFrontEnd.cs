using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Elf;

/// <summary>Reads an x86-64 ELF file into a <see cref="CallGraph"/>: an object, a module, a linked program.</summary>
public sealed class ElfFrontEnd : IFrontEnd, IDisposable
{
    private readonly ElfProgram _program;
    private readonly FlowBuilder _flows;
    private readonly Lazy<ElfListing> _listing;
    private readonly Dictionary<int, FlowGraph> _known = [];

    private ElfFrontEnd(ElfFile file, Profile profile, ElfCompanions companions)
    {
        var budget = new MemoryBudget(file.Path, file.Length);
        NativeAot? native = NativeAot.IsIn(file) ? new NativeAot(companions.Managed) : null;
        Graph = new CallGraph(file.Path, this) { RegionsNest = true, Dialect = native is null ? Dialect.Kernel : Dialect.Managed };
        var data = new DataMap(file);
        var code = new CodeMap(file, Graph, profile, budget, companions.Symbols is null ? null : CompanionSymbols.Read(companions.Symbols), native);
        var jumpTables = new JumpTables(file, code);
        var slots = new SlotTable(file, Graph, data, budget);
        var scanner = new CodeScanner(file, Graph, code, jumpTables, slots, budget);
        scanner.ScanAll();
        var special = new SpecialSections(file, budget);
        _program = new ElfProgram(file, Graph, profile, code, data, special, jumpTables, scanner, slots, native);
        new SlotResolver(file, Graph, code, data, slots, jumpTables, special).Resolve(scanner.RegisterCallers);
        new SlotNames(_program, Btf.For(file, companions.Types)).Apply();
        _flows = new FlowBuilder(_program);
        _flows.AddAlternatives();
        _listing = new Lazy<ElfListing>(() => new ElfListing(_program, _flows));
        new ElfFacts(_program).Apply();
    }

    /// <summary>The graph.</summary>
    public CallGraph Graph { get; }

    /// <summary>How many instructions were read.</summary>
    public long Instructions => _program.Scanner.Instructions;

    /// <summary>Whether a file is a NativeAOT binary, whose code was managed: <see cref="ElfCompanions.Managed"/> says which of it is protected.</summary>
    /// <exception cref="ElfException">The file cannot be verified.</exception>
    public static bool IsNativeAot(string path)
    {
        using ElfFile file = ElfFile.Open(path);
        return NativeAot.IsIn(file);
    }

    /// <summary>Opens a file and reads its graph.</summary>
    /// <param name="path">The file.</param>
    /// <param name="profile">What names mean.</param>
    /// <param name="companions">What other files tell about it.</param>
    /// <exception cref="ElfException">The file cannot be verified.</exception>
    public static ElfFrontEnd Open(string path, Profile profile, ElfCompanions companions = default) => Read(ElfFile.Open(path), profile, companions);

    /// <summary>Reads the graph of a file that is in memory.</summary>
    /// <exception cref="ElfException">The file cannot be verified.</exception>
    public static ElfFrontEnd Read(string name, byte[] bytes, Profile profile) => Read(ElfFile.Open(name, ElfImage.Of(bytes)), profile, default);

    private static ElfFrontEnd Read(ElfFile file, Profile profile, ElfCompanions companions)
    {
        try
        {
            if (!file.HasSymbolTable) { throw ElfFacts.Stripped(file); }
            return new ElfFrontEnd(file, profile, companions);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public FlowGraph Flow(Function function)
    {
        if (!_known.TryGetValue(function.Id, out FlowGraph? flow)) { _known.Add(function.Id, flow = _flows.Build(function)); }
        return flow;
    }

    /// <inheritdoc/>
    public string Instruction(Function function, CallSite site) => _listing.Value.Instruction(function, site);

    /// <inheritdoc/>
    public string Location(Function function, int offset) => _listing.Value.Location(function, offset);

    /// <inheritdoc/>
    public IEnumerable<ListingLine> Listing(Function function)
    {
        Flow(function); // finds the debug assertions
        return _listing.Value.Lines(function);
    }

    /// <inheritdoc/>
    public void Dispose() => _program.File.Dispose();
}

/// <summary>What other files tell about an ELF file.</summary>
/// <param name="Symbols">A file whose symbols say where a module's external functions live, or null.</param>
/// <param name="Types">A file with BTF that names the members of op tables, or null for the file itself.</param>
/// <param name="Managed">What the symbols of a NativeAOT binary were compiled from, or null.</param>
public readonly record struct ElfCompanions(string? Symbols = null, string? Types = null, ManagedSymbols? Managed = null);
