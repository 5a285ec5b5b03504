using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>Which bytes of which section belong to which function, and what each function is called.</summary>
internal sealed class CodeMap
{
    private const int FunctionCost = 160;

    private readonly ElfFile _file;
    private readonly CallGraph _graph;
    private readonly Profile _profile;
    private readonly LinkageTable _linkage;
    private readonly NativeAot? _native;
    private readonly Ranges?[] _ranges;
    private readonly List<(int Section, long Start)> _starts = [];
    private readonly Dictionary<int, int> _externalOfSymbol = [];
    private readonly Dictionary<string, int> _externalOfName = new(StringComparer.Ordinal);

    internal CodeMap(ElfFile file, CallGraph graph, Profile profile, MemoryBudget budget, CompanionSymbols? companion, NativeAot? native)
    {
        (_file, _graph, _profile, Companion, _native) = (file, graph, profile, companion, native);
        _linkage = new LinkageTable(file);
        _ranges = new Ranges?[file.Sections.Length];
        if (!file.IsRelocatable)
        {
            for (int i = 1; i < file.Symbols.Length; i++)
            {
                if (file.Symbols[i].Type == SymbolType.None && file.RawNameOf(i).EndsWith("_text_start"u8) || file.RawNameOf(i).EndsWith("_text_end"u8)) { Marks.Add(file.NameOf(i), file.Symbols[i].Value); }
            }
        }

        List<Candidate>[] bySection = Collect(budget);
        foreach (ElfSection section in file.Sections)
        {
            if (bySection[section.Index] is { Count: > 0 } candidates) { _ranges[section.Index] = Divide(section, candidates, budget); }
        }
    }

    /// <summary>Inner labels of hand-written code: where control can arrive beside a function's start.</summary>
    internal Dictionary<int, List<long>> Labels { get; } = [];

    /// <summary>The protected parts of a linked kernel.</summary>
    internal TextRanges Marks { get; } = new();

    /// <summary>Symbols of a companion file, for what this one only names.</summary>
    internal CompanionSymbols? Companion { get; }

    /// <summary>Where a function with a body begins.</summary>
    internal (int Section, long Start) StartOf(Function function) => function.Id < _starts.Count ? _starts[function.Id] : (-1, 0);

    /// <summary>The function whose body holds a place, or null.</summary>
    internal Function? At(int section, long offset)
        => section > 0 && _ranges[section] is { } ranges && ranges.Find(offset) is >= 0 and int id ? _graph.Functions[id] : null;

    /// <summary>The function that a place names, made up if it is in another file.</summary>
    internal Function? At(Place place)
        => place.Section < 0 ? place.Symbol > 0 ? External(place.Symbol) : null
            : At(place.Section, place.Offset) ?? (_linkage.NameAt(place.Section, place.Offset) is { } name ? External(name) : null);

    private Function External(int symbol)
    {
        if (_externalOfSymbol.TryGetValue(symbol, out int known)) { return _graph.Functions[known]; }
        string name = _file.NameOf(symbol);
        Function function = External(name);
        _externalOfSymbol.Add(symbol, function.Id);
        return function;
    }

    /// <summary>A function that another file defines.</summary>
    internal Function External(string name)
    {
        if (_externalOfName.TryGetValue(name, out int known)) { return _graph.Functions[known]; }
        var function = new Function(name) { Flags = FunctionFlags.External | NamedFlags(name), Why = "its body is in another file" };
        if (Companion?.SectionOf(name) is { } section)
        {
            function.Section = section;
            if (_profile.IsProtectedSection(section)) { function.Flags |= FunctionFlags.Protected; }
            function.Why = $"{Companion.Name} has it in {section}";
        }

        _native?.Mark(function);
        _graph.Add(function);
        _externalOfName.Add(name, function.Id);
        return function;
    }

    private FunctionFlags NamedFlags(string name)
        => (_profile.IsHook(name) ? FunctionFlags.Hook : 0) | (_profile.IsSafe(name, out _) ? FunctionFlags.Safe : 0)
            | (_profile.IsMade(name) ? FunctionFlags.CompilerMade : 0) | (_profile.IsNoReturn(name) ? FunctionFlags.NoReturn : 0);

    private List<Candidate>[] Collect(MemoryBudget budget)
    {
        var bySection = new List<Candidate>[_file.Sections.Length];
        ReadOnlySpan<ElfSymbol> symbols = _file.Symbols;
        int unit = -1;
        for (int i = 1; i < symbols.Length; i++)
        {
            ref readonly ElfSymbol symbol = ref symbols[i];
            if (symbol.Type == SymbolType.File) { unit = i; }
            if (!symbol.IsLocal) { unit = -1; }
            if (symbol.Type is not (SymbolType.Function or SymbolType.IndirectFunction or SymbolType.None)) { continue; }
            int section = _file.SectionOf(i);
            if (section <= 0 || !_file.Sections[section].IsCode) { continue; }
            ReadOnlySpan<byte> name = _file.RawNameOf(i);
            if (name.IsEmpty || name.StartsWith(".L"u8) || name.StartsWith("__pfx_"u8) || name.StartsWith("$"u8)) { continue; }
            long offset = _file.OffsetOf(i, section);
            if (offset < 0 || offset >= (long)_file.Sections[section].Size) { continue; }
            budget.Charge(24);
            long size = (long)Math.Min(symbol.Size, _file.Sections[section].Size - (ulong)offset);
            (bySection[section] ??= []).Add(new Candidate(offset, size, i, unit, symbol.Type != SymbolType.None, symbol.IsLocal, name.Length));
        }

        return bySection;
    }

    private Ranges Divide(ElfSection section, List<Candidate> candidates, MemoryBudget budget)
    {
        candidates.Sort();
        var starts = new List<long>();
        var ends = new List<long>();
        var ids = new List<int>();
        long previousStart = -1, previousEnd = 0;
        foreach (Candidate candidate in candidates)
        {
            if (candidate.Offset == previousStart)
            {
                // An alias. A hook is one under any of its names: __tsan_unaligned_read8 is __tsan_read8.
                _graph.Functions[ids[^1]].Flags |= NamedFlags(_file.NameOf(candidate.Symbol)) & (FunctionFlags.Hook | FunctionFlags.NoReturn | FunctionFlags.Safe);
                continue;
            }

            if (!candidate.IsFunction && candidate.Offset < previousEnd)
            {
                int owner = ids[^1];
                if (!Labels.TryGetValue(owner, out var labels)) { Labels.Add(owner, labels = []); }
                labels.Add(candidate.Offset);
                budget.Charge(8);
                continue;
            }

            budget.Charge(FunctionCost);
            if (starts.Count > 0) { ends[^1] = Math.Min(ends[^1], candidate.Offset); }
            (previousStart, previousEnd) = (candidate.Offset, candidate.Size > 0 ? candidate.Offset + candidate.Size : candidate.Offset);
            starts.Add(candidate.Offset);
            ends.Add(candidate.Size > 0 ? previousEnd : (long)section.Size);
            ids.Add(Make(section, candidate).Id);
        }

        for (int i = 0; i < ids.Count; i++) { _graph.Functions[ids[i]].Size = (int)(ends[i] - starts[i]); }
        return new Ranges([.. starts], [.. ends], [.. ids]);
    }

    private Function Make(ElfSection section, in Candidate candidate)
    {
        string name = _file.NameOf(candidate.Symbol);
        string sectionName = Marks.Any ? Marks.SectionOf(section.Address + (ulong)candidate.Offset) ?? section.Name : section.Name;
        var function = new Function(name)
        {
            Section = sectionName,
            Unit = UnitOf(candidate),
            Flags = NamedFlags(name),
        };
        if (_profile.IsProtectedSection(sectionName)) { (function.Flags, function.Why) = (function.Flags | (IsThunkSection(sectionName) ? FunctionFlags.Safe : FunctionFlags.Protected), $"in {sectionName}"); }
        if (!candidate.IsLocal || !candidate.IsFunction) { function.Flags |= FunctionFlags.Entry; }
        _native?.Mark(function);
        _graph.Add(function);
        _starts.Add((section.Index, candidate.Offset));
        return function;
    }

    // A compiler's thunk jumps where its caller's register points: that is asked at the call, not of the thunk.
    private static bool IsThunkSection(string section) => section.StartsWith(".text..__x86.", StringComparison.Ordinal);

    // Some assemblers write no FILE symbol, so that the labels of a .S file seem to belong to the C file before it.
    private string? UnitOf(in Candidate candidate)
    {
        string? unit = candidate.Unit < 0 ? null : _file.NameOf(candidate.Unit);
        return !candidate.IsFunction && unit is not null && unit.EndsWith(".c", StringComparison.Ordinal) ? null : unit;
    }

    private readonly record struct Candidate(long Offset, long Size, int Symbol, int Unit, bool IsFunction, bool IsLocal, int NameLength) : IComparable<Candidate>
    {
        // Functions before labels, those with a size first, global names before local ones, then the shortest: the first of a place names it.
        public int CompareTo(Candidate other)
        {
            int order = Offset.CompareTo(other.Offset);
            if (order == 0) { order = other.IsFunction.CompareTo(IsFunction); }
            if (order == 0) { order = (other.Size > 0).CompareTo(Size > 0); }
            if (order == 0) { order = IsLocal.CompareTo(other.IsLocal); }
            if (order == 0) { order = NameLength.CompareTo(other.NameLength); }
            return order != 0 ? order : Symbol.CompareTo(other.Symbol);
        }
    }

    private sealed record Ranges(long[] Starts, long[] Ends, int[] Ids)
    {
        internal int Find(long offset)
        {
            int index = Array.BinarySearch(Starts, offset);
            if (index < 0) { index = ~index - 1; }
            return index >= 0 && offset < Ends[index] ? Ids[index] : -1;
        }
    }
}
