namespace Ncsan.Contracts.Elf.Reading;

/// <summary>The symbols of another file (a <c>vmlinux.o</c>, <c>vmlinux</c> or <c>System.map</c>), which say where a module's external functions live.</summary>
internal sealed class CompanionSymbols
{
    private readonly Dictionary<string, string> _sections = new(StringComparer.Ordinal);

    private CompanionSymbols(string name) => Name = name;

    /// <summary>The companion as the user named it.</summary>
    internal string Name { get; }

    /// <summary>The section of a function, or null if the companion does not define it.</summary>
    internal string? SectionOf(string function) => _sections.GetValueOrDefault(function);

    /// <summary>Reads a companion: an ELF file or the lines of a System.map.</summary>
    internal static CompanionSymbols Read(string path)
    {
        using ElfImage image = ElfImage.Map(path);
        ReadOnlySpan<byte> start = image.Slice(0, (ulong)Math.Min(image.Length, 4));
        return Formats.IsElf(start) ? FromElf(path) : FromMap(path);
    }

    private static CompanionSymbols FromElf(string path)
    {
        using ElfFile file = ElfFile.Open(path);
        if (!file.HasSymbolTable) { throw new ElfException("NCS2304", $"{path} has no symbol table, so it cannot say where functions live."); }
        var companion = new CompanionSymbols(path);
        var protectedRanges = new TextRanges();
        for (int i = 1; i < file.Symbols.Length; i++)
        {
            ElfSymbol symbol = file.Symbols[i];
            if (symbol.Type is not (SymbolType.Function or SymbolType.None) || file.SectionOf(i) is not (> 0 and int section)) { continue; }
            string name = file.NameOf(i);
            companion._sections.TryAdd(name, file.Sections[section].Name);
            protectedRanges.Add(name, symbol.Value);
        }

        if (!file.IsRelocatable)
        {
            for (int i = 1; i < file.Symbols.Length; i++)
            {
                if (protectedRanges.SectionOf(file.Symbols[i].Value) is { } section) { companion._sections[file.NameOf(i)] = section; }
            }
        }

        return companion;
    }

    private static CompanionSymbols FromMap(string path)
    {
        var companion = new CompanionSymbols(path);
        var rows = new List<(ulong Address, string Name)>();
        var ranges = new TextRanges();
        foreach (string line in File.ReadLines(path))
        {
            string[] words = line.Split(' ', 3);
            if (words.Length != 3 || words[1].Length != 1 || !ulong.TryParse(words[0], System.Globalization.NumberStyles.HexNumber, null, out ulong address))
            {
                throw new ElfException("NCS2306", $"{path} is neither an ELF file nor a System.map (lines of ADDRESS TYPE NAME).");
            }

            ranges.Add(words[2], address);
            if (words[1] is "t" or "T" or "w" or "W") { rows.Add((address, words[2])); }
        }

        if (rows.Count == 0) { throw new ElfException("NCS2306", $"{path} lists no function; a distribution's package often holds a stand-in, and the real System.map is in its -dbg package."); }
        foreach ((ulong address, string name) in rows) { companion._sections.TryAdd(name, ranges.SectionOf(address) ?? ".text"); }
        return companion;
    }
}
