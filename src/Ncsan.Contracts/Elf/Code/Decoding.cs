using Iced.Intel;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>Feeds the decoder from the mapped file.</summary>
internal sealed unsafe class SectionReader(byte* start, long length) : CodeReader
{
    private long _next;

    /// <summary>Where the next byte comes from.</summary>
    internal long Position { get => _next; set => _next = Math.Clamp(value, 0, length); }

    /// <inheritdoc/>
    public override int ReadByte() => _next < length ? start[_next++] : -1;
}

/// <summary>One instruction with what its relocations say: the place its memory operand names, and the place its constant names.</summary>
internal struct Decoded
{
    /// <summary>The instruction.</summary>
    internal Instruction Instruction;

    /// <summary>Where in its section.</summary>
    internal long Offset;

    /// <summary>The place that the memory operand or branch names.</summary>
    internal Place Memory;

    /// <summary>The place that the constant names.</summary>
    internal Place Constant;

    /// <summary>The memory operand is a cell of the global offset table: <see cref="Memory"/> is what the cell holds.</summary>
    internal bool ThroughTable;

    /// <summary>Where the next instruction is.</summary>
    internal readonly long Next => Offset + Instruction.Length;
}

/// <summary>Decodes the code of one section and resolves what instructions refer to.</summary>
internal sealed class SectionDecoder
{
    private readonly ElfFile _file;
    private readonly ElfSection _section;
    private readonly SectionReader _reader;
    private readonly Decoder _decoder;
    private readonly long _length;
    private int _cursor;

    internal unsafe SectionDecoder(ElfFile file, ElfSection section)
    {
        (_file, _section) = (file, section);
        _length = file.BytesOf(section).Length;
        _reader = new SectionReader(file.PointerTo(section), _length);
        _decoder = Decoder.Create(64, _reader);
        _decoder.IP = section.Address;
    }

    /// <summary>Goes to an offset.</summary>
    internal void Seek(long offset)
    {
        _reader.Position = offset;
        _decoder.IP = _section.Address + (ulong)offset;
        _cursor = _file.FirstRelocation(_section.Index, offset);
    }

    /// <summary>Decodes the next instruction. False when the bytes are none.</summary>
    internal bool Next(out Decoded result)
    {
        result = default;
        result.Memory = result.Constant = Place.None;
        result.Offset = _reader.Position;
        if (result.Offset >= _length) { return false; }
        _decoder.Decode(out result.Instruction);
        if (result.Instruction.IsInvalid) { return false; }
        Resolve(ref result);
        return true;
    }

    private void Resolve(ref Decoded result)
    {
        ReadOnlySpan<ElfRelocation> relocations = _file.RelocationsOf(_section.Index);
        int[]? order = _file.OrderOf(_section.Index);
        ConstantOffsets offsets = default;
        bool placed = false;
        while (_cursor < relocations.Length)
        {
            ref readonly ElfRelocation relocation = ref relocations[order is null ? _cursor : order[_cursor]];
            if ((long)relocation.Offset >= result.Next) { break; }
            _cursor++;
            if ((long)relocation.Offset < result.Offset) { continue; }
            if (!placed) { (offsets, placed) = (_decoder.GetConstantOffsets(result.Instruction), true); }
            Apply(ref result, relocation, offsets);
        }

        if (!placed) { ResolveLinked(ref result); }
    }

    private void Apply(ref Decoded result, in ElfRelocation relocation, in ConstantOffsets offsets)
    {
        long field = (long)relocation.Offset - result.Offset;
        long adjust = relocation.Type switch
        {
            RelocationType.Pc32 or RelocationType.Plt32 or RelocationType.Pc64 => result.Next - (long)relocation.Offset,
            RelocationType.GotPcRel or RelocationType.GotPcRelX or RelocationType.RexGotPcRelX => result.Next - (long)relocation.Offset,
            _ => 0,
        };
        Place place = _file.PlaceOf(relocation, adjust);
        bool inMemory = offsets.HasDisplacement && field == offsets.DisplacementOffset;
        if (inMemory || result.Instruction.FlowControl is FlowControl.Call or FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch)
        {
            result.Memory = place;
            result.ThroughTable = relocation.Type is RelocationType.GotPcRel or RelocationType.GotPcRelX or RelocationType.RexGotPcRelX;
        }
        else { result.Constant = place; }
    }

    // Without a relocation: a branch inside the section, or in a linked file any address.
    private void ResolveLinked(ref Decoded result)
    {
        ref Instruction instruction = ref result.Instruction;
        if (instruction.Op0Kind is OpKind.NearBranch64)
        {
            long offset = (long)(instruction.NearBranch64 - _section.Address);
            if (offset >= 0 && offset < (long)_section.Size) { result.Memory = new Place(_section.Index, offset); }
            else if (!_file.IsRelocatable) { result.Memory = _file.PlaceAt(instruction.NearBranch64); }
        }
        else if (_file.IsRelocatable)
        {
            // What is not relocated is in the same section.
            if (instruction.IsIPRelativeMemoryOperand && instruction.IPRelativeMemoryAddress - _section.Address < _section.Size) { result.Memory = new Place(_section.Index, (long)(instruction.IPRelativeMemoryAddress - _section.Address)); }
        }
        else
        {
            if (instruction.IsIPRelativeMemoryOperand) { result.Memory = _file.PlaceAt(instruction.IPRelativeMemoryAddress); }
            else if (instruction.MemoryDisplSize >= 4 && instruction.MemoryBase == Register.None) { result.Memory = _file.PlaceAt(instruction.MemoryDisplacement64); }
            if (instruction.OpCount == 2 && instruction.Op1Kind is OpKind.Immediate32to64 or OpKind.Immediate64 or OpKind.Immediate32)
            {
                ulong value = instruction.GetImmediate(1);
                if (value > 0xfff) { result.Constant = _file.PlaceAt(value); }
            }
        }
    }
}
