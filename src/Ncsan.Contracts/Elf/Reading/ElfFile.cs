using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Ncsan.Contracts.Elf.Reading;

/// <summary>An x86-64 ELF64 file: sections, symbols, relocations, read in place. Anything that points outside of the file is left out and noted.</summary>
internal sealed class ElfFile : IDisposable
{
    private const ushort Relocatable = 1, MaxPlainIndex = 0xff00, Extended = 0xffff;

    private readonly ElfImage _image;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly int[] _relocationsOf;
    private readonly int[][] _relocationOrder;
    private readonly List<ElfSection> _dynamic = [];
    private ElfSection[] _byAddress = [];
    private int _symbolTable = -1, _symbolNames = -1, _extendedIndices = -1;

    private ElfFile(string path, ElfImage image)
    {
        Path = path;
        _image = image;
        ReadOnlySpan<byte> header = Formats.Check(path, image);
        IsRelocatable = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) == Relocatable;
        Sections = ReadSections(header);
        _relocationsOf = new int[Sections.Length];
        _relocationOrder = new int[Sections.Length][];
        for (int i = 0; i < Sections.Length; i++) { Classify(Sections[i]); }
        if (!IsRelocatable)
        {
            _byAddress = [.. Sections.Where(s => s.IsAllocated && s.Address != 0 && s.Size != 0).OrderBy(s => s.Address)];
        }
    }

    /// <summary>The file, as the user named it.</summary>
    internal string Path { get; }

    /// <summary>The size of the file.</summary>
    internal long Length => _image.Length;

    /// <summary>Whether this is an object that a linker has yet to place: the tier in which relocations name everything.</summary>
    internal bool IsRelocatable { get; }

    /// <summary>All sections; index 0 is the format's empty one.</summary>
    internal ElfSection[] Sections { get; }

    /// <summary>What was left out because it makes no sense.</summary>
    internal List<string> Notes { get; } = [];

    /// <summary>Whether there is a full symbol table, not only the dynamic one.</summary>
    internal bool HasSymbolTable => _symbolTable >= 0 && Sections[_symbolTable].Type == ElfSection.SymbolTable;

    /// <summary>The symbols, in file order.</summary>
    internal ReadOnlySpan<ElfSymbol> Symbols => _symbolTable < 0 ? default : MemoryMarshal.Cast<byte, ElfSymbol>(BytesOf(Sections[_symbolTable]));

    /// <summary>Opens a file.</summary>
    /// <exception cref="ElfException">It is not an x86-64 ELF64 file.</exception>
    internal static ElfFile Open(string path) => Open(path, ElfImage.Map(path));

    /// <summary>Opens an image.</summary>
    internal static ElfFile Open(string path, ElfImage image)
    {
        try { return new ElfFile(path, image); }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>The section of this name, or null.</summary>
    internal ElfSection? Find(string name) => _byName.TryGetValue(name, out int index) ? Sections[index] : null;

    /// <summary>The bytes of a section; none if it has none in the file.</summary>
    internal ReadOnlySpan<byte> BytesOf(ElfSection section) => section.HasBytes ? _image.Slice(section.Offset, section.Size) : default;

    /// <summary>The address of a section's bytes, for the decoder. The section has bytes.</summary>
    internal unsafe byte* PointerTo(ElfSection section) => _image.Pointer(section.Offset);

    /// <summary>The relocations that apply to a section, as they stand in the file.</summary>
    internal ReadOnlySpan<ElfRelocation> RelocationsOf(int section)
    {
        int table = _relocationsOf[section];
        return table == 0 ? default : MemoryMarshal.Cast<byte, ElfRelocation>(BytesOf(Sections[table]));
    }

    /// <summary>Where the relocations of a section come in order of offset: null when they do so in the file.</summary>
    internal int[]? OrderOf(int section) => OrderIn(section, RelocationsOf(section));

    private int[]? OrderIn(int key, ReadOnlySpan<ElfRelocation> relocations)
    {
        if (_relocationOrder[key] is { } known) { return known.Length == 0 ? null : known; }
        bool sorted = true;
        for (int i = 1; i < relocations.Length && sorted; i++) { sorted = relocations[i - 1].Offset <= relocations[i].Offset; }
        int[] order = [];
        if (!sorted)
        {
            order = new int[relocations.Length];
            ulong[] keys = new ulong[order.Length];
            for (int i = 0; i < order.Length; i++) { (order[i], keys[i]) = (i, relocations[i].Offset); }
            Array.Sort(keys, order);
        }

        _relocationOrder[key] = order;
        return sorted ? null : order;
    }

    /// <summary>The index in order of offset of the first relocation at or after <paramref name="offset"/>.</summary>
    internal int FirstRelocation(int section, long offset)
    {
        ReadOnlySpan<ElfRelocation> relocations = RelocationsOf(section);
        int[]? order = OrderOf(section);
        int low = 0, high = relocations.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if ((long)relocations[order is null ? middle : order[middle]].Offset < offset) { low = middle + 1; }
            else { high = middle; }
        }

        return low;
    }

    /// <summary>The relocation at exactly <paramref name="offset"/>, if there is one.</summary>
    internal bool TryRelocationAt(int section, long offset, out ElfRelocation relocation)
    {
        ReadOnlySpan<ElfRelocation> relocations = RelocationsOf(section);
        int index = FirstRelocation(section, offset);
        if (index < relocations.Length)
        {
            relocation = relocations[OrderOf(section) is { } order ? order[index] : index];
            return (long)relocation.Offset == offset;
        }

        relocation = default;
        return false;
    }

    /// <summary>The name of a symbol. A section's symbol is named after its section.</summary>
    internal string NameOf(int symbol)
    {
        ReadOnlySpan<ElfSymbol> symbols = Symbols;
        if ((uint)symbol >= (uint)symbols.Length) { return ""; }
        if (symbols[symbol].Type == SymbolType.Section && SectionOf(symbol) is > 0 and int section) { return Sections[section].Name; }
        return Encoding.UTF8.GetString(RawNameOf(symbol));
    }

    /// <summary>The bytes of a symbol's name.</summary>
    internal ReadOnlySpan<byte> RawNameOf(int symbol)
        => _symbolNames < 0 ? default : TextAt(BytesOf(Sections[_symbolNames]), Symbols[symbol].NameOffset);

    /// <summary>The section that a symbol is defined in: 0 for undefined, -1 for absolute and other special ones.</summary>
    internal int SectionOf(int symbol)
    {
        int raw = Symbols[symbol].RawSection;
        if (raw == Extended)
        {
            ReadOnlySpan<uint> indices = _extendedIndices < 0 ? default : MemoryMarshal.Cast<byte, uint>(BytesOf(Sections[_extendedIndices]));
            return symbol < indices.Length && indices[symbol] < Sections.Length ? (int)indices[symbol] : -1;
        }

        return raw >= MaxPlainIndex ? -1 : raw < Sections.Length ? raw : -1;
    }

    /// <summary>A symbol's offset in its section.</summary>
    internal long OffsetOf(int symbol, int section)
        => IsRelocatable ? (long)Symbols[symbol].Value : (long)(Symbols[symbol].Value - Sections[section].Address);

    /// <summary>The place that <paramref name="relocation"/> names, with <paramref name="adjust"/> for what the processor adds to a relative field.</summary>
    internal Place PlaceOf(in ElfRelocation relocation, long adjust)
    {
        int symbol = relocation.Symbol;
        if ((uint)symbol >= (uint)Symbols.Length) { return Place.None; }
        int section = SectionOf(symbol);
        long addend = unchecked(relocation.Addend + adjust);
        return section switch
        {
            > 0 => new Place(section, unchecked(OffsetOf(symbol, section) + addend), symbol),
            0 when symbol != 0 => new Place(-1, addend, symbol),
            0 when !IsRelocatable => PlaceAt(unchecked((ulong)relocation.Addend)),
            _ => Place.None,
        };
    }

    /// <summary>The place at an address of a linked file.</summary>
    internal Place PlaceAt(ulong address)
    {
        int low = 0, high = _byAddress.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_byAddress[middle].Address <= address) { low = middle + 1; }
            else { high = middle; }
        }

        if (low == 0) { return Place.None; }
        ElfSection section = _byAddress[low - 1];
        return address - section.Address < section.Size ? new Place(section.Index, (long)(address - section.Address)) : Place.None;
    }

    /// <summary>The place that an 8-byte pointer in data names, by its relocation or, in a linked file, by its value.</summary>
    internal Place PointerAt(int section, long offset)
    {
        if (TryRelocationAt(section, offset, out ElfRelocation relocation))
        {
            return relocation.Type is RelocationType.Absolute64 or RelocationType.Relative ? PlaceOf(relocation, 0) : Place.None;
        }

        if (IsRelocatable) { return Place.None; }
        if (TryDynamic(unchecked(Sections[section].Address + (ulong)offset), out ElfRelocation dynamic, out _)) { return dynamic.Type == RelocationType.Relative ? PlaceAt((ulong)dynamic.Addend) : Place.None; }
        ReadOnlySpan<byte> bytes = BytesOf(Sections[section]);
        return offset < 0 || offset > bytes.Length - 8 ? Place.None : PlaceAt(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(int)offset..]));
    }

    /// <summary>The place that a 4-byte field relative to <paramref name="origin"/> names (origin is the field itself in kernel tables).</summary>
    internal Place RelativeAt(int section, long offset, long origin)
    {
        if (TryRelocationAt(section, offset, out ElfRelocation relocation))
        {
            return relocation.Type is RelocationType.Pc32 or RelocationType.Plt32 ? PlaceOf(relocation, origin - offset) : Place.None;
        }

        ReadOnlySpan<byte> bytes = BytesOf(Sections[section]);
        if (IsRelocatable || offset < 0 || offset > bytes.Length - 4) { return Place.None; }
        return PlaceAt(unchecked(Sections[section].Address + (ulong)origin + (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes[(int)offset..])));
    }

    /// <summary>The place that a 4-byte field counts as a distance from <paramref name="origin"/>.</summary>
    internal Place DistanceAt(int section, long offset, Place origin)
    {
        ReadOnlySpan<byte> bytes = BytesOf(Sections[section]);
        if (offset < 0 || offset > bytes.Length - 4 || TryRelocationAt(section, offset, out _)) { return Place.None; }
        return origin with { Offset = origin.Offset + BinaryPrimitives.ReadInt32LittleEndian(bytes[(int)offset..]), Symbol = -1 };
    }

    /// <summary>The relocation that the loader applies to an address of a linked file, and the name of the symbol it looks up for it.</summary>
    internal bool TryDynamic(ulong address, out ElfRelocation relocation, out string name)
    {
        foreach (ElfSection table in _dynamic)
        {
            ReadOnlySpan<ElfRelocation> rows = MemoryMarshal.Cast<byte, ElfRelocation>(BytesOf(table));
            int[]? order = OrderIn(table.Index, rows);
            int low = 0, high = rows.Length;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (rows[order is null ? middle : order[middle]].Offset < address) { low = middle + 1; }
                else { high = middle; }
            }

            if (low == rows.Length || rows[order is null ? low : order[low]].Offset != address) { continue; }
            relocation = rows[order is null ? low : order[low]];
            name = DynamicName(table, relocation.Symbol);
            return true;
        }

        (relocation, name) = (default, "");
        return false;
    }

    // A dynamic relocation names its symbol by the dynamic symbol table, not by the full one.
    private string DynamicName(ElfSection table, int symbol)
    {
        if (table.Link >= Sections.Length || Sections[table.Link] is not { Type: ElfSection.DynamicSymbols } symbols || symbols.Link >= Sections.Length) { return ""; }
        ReadOnlySpan<ElfSymbol> rows = MemoryMarshal.Cast<byte, ElfSymbol>(BytesOf(symbols));
        return symbol > 0 && symbol < rows.Length ? Encoding.UTF8.GetString(TextAt(BytesOf(Sections[symbols.Link]), rows[symbol].NameOffset)) : "";
    }

    /// <inheritdoc/>
    public void Dispose() => _image.Dispose();

    private static ReadOnlySpan<byte> TextAt(ReadOnlySpan<byte> strings, uint offset)
    {
        if (offset >= strings.Length) { return default; }
        ReadOnlySpan<byte> rest = strings[(int)offset..];
        rest = rest[..Math.Min(rest.Length, 4096)];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private ElfSection[] ReadSections(ReadOnlySpan<byte> header)
    {
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        uint count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]), names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        if (start == 0) { throw new ElfException("NCS2304", $"{Path} has no section headers (it was stripped of them), so there are no functions and no relocations to verify."); }
        ReadOnlySpan<byte> first = _image.Slice(start, 64);
        if (first.IsEmpty || BinaryPrimitives.ReadUInt16LittleEndian(header[58..]) != 64) { throw Truncated("section headers"); }
        if (count == 0) { count = (uint)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(first[32..]), uint.MaxValue); }
        if (names == Extended) { names = BinaryPrimitives.ReadUInt32LittleEndian(first[40..]); }
        ReadOnlySpan<byte> table = _image.Slice(start, count * 64UL);
        if (table.IsEmpty) { throw Truncated("section headers"); }
        ReadOnlySpan<byte> strings = default;
        if (names < count)
        {
            ReadOnlySpan<byte> row = table.Slice((int)names * 64, 64);
            strings = _image.Slice(BinaryPrimitives.ReadUInt64LittleEndian(row[24..]), BinaryPrimitives.ReadUInt64LittleEndian(row[32..]));
        }

        var sections = new ElfSection[count];
        int outside = 0;
        for (int i = 0; i < sections.Length; i++)
        {
            ReadOnlySpan<byte> row = table.Slice(i * 64, 64);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(row[4..]);
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(row[24..]), size = BinaryPrimitives.ReadUInt64LittleEndian(row[32..]);
            if (type != ElfSection.NoBits && i != 0 && !_image.Holds(offset, size)) { (offset, size, outside) = (0, 0, outside + 1); }
            if (size > long.MaxValue / 2) { size = 0; }
            sections[i] = new ElfSection(
                i, Encoding.UTF8.GetString(TextAt(strings, BinaryPrimitives.ReadUInt32LittleEndian(row))), i == 0 ? 0 : type,
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]), BinaryPrimitives.ReadUInt64LittleEndian(row[16..]), offset, i == 0 ? 0 : size,
                BinaryPrimitives.ReadUInt32LittleEndian(row[40..]), BinaryPrimitives.ReadUInt32LittleEndian(row[44..]));
        }

        if (outside > 0) { Notes.Add($"{outside} section(s) lie outside of the file, which is truncated or damaged; they count as empty."); }
        return sections;
    }

    private void Classify(ElfSection section)
    {
        _byName.TryAdd(section.Name, section.Index);
        switch (section.Type)
        {
            case ElfSection.SymbolTable or ElfSection.DynamicSymbols when _symbolTable < 0 || (section.Type == ElfSection.SymbolTable && !HasSymbolTable):
                _symbolTable = section.Index;
                _symbolNames = section.Link < Sections.Length ? (int)section.Link : -1;
                break;
            case ElfSection.ExtendedIndices:
                _extendedIndices = section.Index;
                break;
            case ElfSection.RelocationsWithAddend when !IsRelocatable && section.IsAllocated:
                _dynamic.Add(section);
                break;
            case ElfSection.RelocationsWithAddend when section.Info != 0 && section.Info < Sections.Length && _relocationsOf[section.Info] == 0:
                _relocationsOf[section.Info] = section.Index;
                break;
            case ElfSection.RelocationsWithAddend when section.Info < Sections.Length && IsRelocatable:
                Notes.Add($"section {section.Name} is a second relocation table for the same section; it is not read.");
                break;
            case ElfSection.Relocations:
                Notes.Add($"section {section.Name} holds relocations without addends, which x86-64 does not use; it is not read.");
                break;
        }
    }

    private ElfException Truncated(string what) => new("NCS2302", $"{Path} is truncated or damaged: its {what} lie outside of the file.");
}
