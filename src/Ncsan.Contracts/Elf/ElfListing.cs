using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf;

/// <summary>Prints machine code the way a kernel developer reads it: AT&amp;T syntax, with symbols in the place of relocated numbers.</summary>
internal sealed class ElfListing : ISymbolResolver
{
    private readonly ElfProgram _program;
    private readonly FlowBuilder _flows;
    private readonly GasFormatter _formatter;
    private readonly StringOutput _output = new();
    private Decoded _decoded;
    private Function? _function;

    internal ElfListing(ElfProgram program, FlowBuilder flows)
    {
        (_program, _flows) = (program, flows);
        _formatter = new GasFormatter(this);
        _formatter.Options.GasShowMnemonicSizeSuffix = false;
        _formatter.Options.ShowSymbolAddress = false;
        _formatter.Options.RipRelativeAddresses = true;
        _formatter.Options.SpaceAfterOperandSeparator = true;
        _formatter.Options.HexPrefix = "0x";
        _formatter.Options.HexSuffix = "";
        _formatter.Options.UppercaseHex = false;
    }

    internal string Instruction(Function function, CallSite site)
    {
        Place place = PlaceOf(function, site.Offset);
        if (place.Section <= 0 || !Decode(place, out _decoded)) { return site.How ?? ""; }
        _function = function;
        string? comment = Comment(function, site);
        return comment is null ? Format() : $"{Format()}  # {comment}";
    }

    internal string Location(Function function, int offset)
    {
        Place place = PlaceOf(function, offset);
        if (place.Section <= 0) { return function.Unit ?? _program.Graph.Name; }
        string section = _program.File.Sections[place.Section].Name;
        string at = offset >= 0 ? $"{function.Name}+0x{offset:x}" : $"{section}+0x{place.Offset:x}, patched into {function.Name}";
        return function.Unit is null ? $"{section}: {at}" : $"{function.Unit}: {at}";
    }

    internal IEnumerable<ListingLine> Lines(Function function)
    {
        (int section, long start) = _program.Code.StartOf(function);
        if (section <= 0) { yield break; }
        var sites = function.Calls.GroupBy(c => c.Offset).ToDictionary(g => g.Key, g => g.First());
        for (long at = start; at < start + function.Size;)
        {
            if (!Decode(new Place(section, at), out _decoded))
            {
                yield return new ListingLine((int)(at - start), "(bad)", null);
                yield break;
            }

            _function = function;
            int offset = (int)(at - start);
            string text = Format();
            var comments = new List<string>();
            if (_program.Special.Begins.Contains((section, at))) { comments.Add("region begins"); }
            if (_program.Special.Ends.Contains((section, at))) { comments.Add("region ends"); }
            if (sites.TryGetValue(offset, out CallSite site) && Comment(function, site) is { } comment) { comments.Add(comment); }
            else if (_decoded.Memory.Section > 0 && _program.Slots.TryAt(_decoded.Memory.Section, _decoded.Memory.Offset, out Slot slot)) { comments.Add(slot.Name); }
            else if (_decoded.Constant.Section > 0 && _program.Slots.TryAt(_decoded.Constant.Section, _decoded.Constant.Offset, out Slot passed)) { comments.Add(passed.Name); }
            comments.AddRange(Relocations(section, at, _decoded.Next));
            if (_program.Special.Alternatives.TryGetValue((section, at), out var alternatives)) { comments.Add(alternatives.Any(a => a.Always) ? "always replaced" : "replaced on some processors"); }
            if (_program.Special.Edges.TryGetValue((section, at), out var edges)) { comments.AddRange(edges.Select(e => e.How)); }
            if (_decoded.Instruction.Mnemonic == Mnemonic.Ud2) { comments.Add(_program.Special.Reachable.Contains((section, _decoded.Next)) ? "warning" : "trap"); }
            at = _decoded.Next;
            yield return new ListingLine(offset, text, comments.Count == 0 ? null : string.Join("; ", comments));
        }
    }

    /// <summary>Called by the formatter for each number that could be an address.</summary>
    public bool TryGetSymbol(in Instruction instruction, int operand, int instructionOperand, ulong address, int addressSize, out SymbolResult symbol)
    {
        bool memory = instructionOperand >= 0 && instruction.GetOpKind(instructionOperand) is OpKind.Memory or OpKind.NearBranch64;
        Place place = memory ? _decoded.Memory : _decoded.Constant;
        symbol = default;
        if (!place.IsKnown) { return false; }
        symbol = new SymbolResult(address, NameOf(place));
        return true;
    }

    /// <summary>A place as a user knows it.</summary>
    internal string NameOf(Place place)
    {
        if (place.Section < 0) { return With(_program.File.NameOf(place.Symbol), place.Offset); }
        if (_program.Code.At(place.Section, place.Offset) is { } function)
        {
            long delta = place.Offset - _program.Code.StartOf(function).Start;
            // The relocation's own name for an alias: __tsan_unaligned_read8 is __tsan_read8.
            string name = delta == 0 && place.Symbol > 0 && _program.File.Symbols[place.Symbol].Type == SymbolType.Function ? _program.File.NameOf(place.Symbol) : function.Name;
            return function == _function && delta != 0 ? $"<+0x{delta:x}>" : With(name, delta);
        }

        return _program.Data.Name(place.Section, place.Offset);
    }

    private static string With(string name, long offset) => offset == 0 ? name : offset < 0 ? $"{name}-0x{-offset:x}" : $"{name}+0x{offset:x}";

    private Place PlaceOf(Function function, int offset)
    {
        if (offset <= -2) { return -2 - offset < _flows.OutsidePlaces.Count ? _flows.OutsidePlaces[-2 - offset] : Place.None; }
        (int section, long start) = _program.Code.StartOf(function);
        return section > 0 && offset >= 0 ? new Place(section, start + offset) : Place.None;
    }

    private bool Decode(Place place, out Decoded decoded)
    {
        var decoder = new SectionDecoder(_program.File, _program.File.Sections[place.Section]);
        decoder.Seek(place.Offset);
        return decoder.Next(out decoded);
    }

    private string Format()
    {
        _output.Reset();
        _formatter.Format(_decoded.Instruction, _output);
        return _output.ToString();
    }

    private string? Comment(Function function, CallSite site)
    {
        if (site.Slot >= 0) { return _program.Graph.Slots[site.Slot].Name; }
        if (site.Target >= 0 && _program.Graph.Functions[site.Target].Is(FunctionFlags.Hook)) { return site.How == CallSite.DebugAssertion ? "hook, for a debug assertion" : "hook"; }
        return site.How is null || site.Kind == CallKind.Direct ? null : site.How;
    }

    private List<string> Relocations(int section, long from, long to)
    {
        var found = new List<string>();
        ReadOnlySpan<ElfRelocation> relocations = _program.File.RelocationsOf(section);
        int[]? order = _program.File.OrderOf(section);
        for (int i = _program.File.FirstRelocation(section, from); i < relocations.Length; i++)
        {
            ElfRelocation relocation = relocations[order is null ? i : order[i]];
            if ((long)relocation.Offset >= to) { break; }
            found.Add($"{Name(relocation.Type)} {With(_program.File.NameOf(relocation.Symbol), relocation.Addend)}");
        }

        return found;
    }

    private static string Name(RelocationType type) => type switch
    {
        RelocationType.Absolute64 => "R_X86_64_64",
        RelocationType.Pc32 => "R_X86_64_PC32",
        RelocationType.Plt32 => "R_X86_64_PLT32",
        RelocationType.Absolute32 => "R_X86_64_32",
        RelocationType.Absolute32S => "R_X86_64_32S",
        RelocationType.Pc64 => "R_X86_64_PC64",
        RelocationType.GotPcRel => "R_X86_64_GOTPCREL",
        RelocationType.GotPcRelX => "R_X86_64_GOTPCRELX",
        RelocationType.RexGotPcRelX => "R_X86_64_REX_GOTPCRELX",
        _ => $"R_X86_64_{(uint)type}",
    };
}
