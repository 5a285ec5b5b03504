namespace Ncsan.Contracts.Elf.Slots;

/// <summary>Which object a place in data belongs to: <c>pv_ops+0x120</c>. Made when the first slot is met.</summary>
internal sealed class DataMap(ElfFile file)
{
    private readonly Dictionary<int, (long[] Starts, int[] Symbols)> _sections = [];

    /// <summary>The object at a place: its symbol (-1 if none covers the place), where it starts, and how long it is.</summary>
    internal (int Symbol, long Start, long Size) ObjectAt(int section, long offset)
    {
        if (!_sections.TryGetValue(section, out var map)) { _sections.Add(section, map = Build(section)); }
        int index = Array.BinarySearch(map.Starts, offset);
        if (index < 0) { index = ~index - 1; }
        if (index < 0) { return (-1, offset, 8); }
        long start = map.Starts[index], size = (long)file.Symbols[map.Symbols[index]].Size;
        return offset < start + size ? (map.Symbols[index], start, size) : (-1, offset, 8);
    }

    /// <summary>The place as its object and an offset.</summary>
    internal string Name(int section, long offset)
    {
        (int symbol, long start, _) = ObjectAt(section, offset);
        string name = symbol < 0 ? file.Sections[section].Name : file.NameOf(symbol);
        long delta = symbol < 0 ? offset : offset - start;
        return delta == 0 && symbol >= 0 ? name : $"{name}+0x{delta:x}";
    }

    private (long[] Starts, int[] Symbols) Build(int section)
    {
        var objects = new List<(long Start, int Symbol)>();
        ReadOnlySpan<ElfSymbol> symbols = file.Symbols;
        for (int i = 1; i < symbols.Length; i++)
        {
            if (symbols[i].Type is SymbolType.Object && symbols[i].Size is > 0 and < int.MaxValue && file.SectionOf(i) == section) { objects.Add((file.OffsetOf(i, section), i)); }
        }

        objects.Sort();
        return ([.. objects.Select(o => o.Start)], [.. objects.Select(o => o.Symbol)]);
    }
}
