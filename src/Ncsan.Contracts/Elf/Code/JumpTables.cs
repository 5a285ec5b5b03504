using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>What the code before a jump loaded that can be the table of a switch: the two addresses of the last <c>lea</c> or <c>mov</c> into data and into code.</summary>
/// <param name="file">The file.</param>
internal struct SwitchHints(ElfFile file)
{
    /// <summary>The table.</summary>
    internal Place Table { get; private set; } = Place.None;

    /// <summary>A table whose element was loaded: the jump goes where the register points.</summary>
    internal Place Loaded { get; private set; } = Place.None;

    /// <summary>The code that a table's entries count from, where they do not count from the table (.NET's do not).</summary>
    internal Place Base { get; private set; } = Place.None;

    /// <summary>Looks at one more instruction.</summary>
    internal void Note(in Decoded decoded)
    {
        if (decoded.Memory.Section > 0 && decoded.Instruction.Mnemonic == Mnemonic.Lea)
        {
            if (file.Sections[decoded.Memory.Section].IsCode) { Base = decoded.Memory; }
            else { (Table, Base) = (decoded.Memory, Place.None); }
        }
        else if (decoded.Memory.Section > 0 && decoded.Instruction is { Mnemonic: Mnemonic.Mov, MemoryBase: Register.None, MemoryIndexScale: 8, Op0Kind: OpKind.Register }) { Loaded = decoded.Memory; }
        else if (decoded.Constant.Section > 0) { Table = decoded.Constant; }
    }
}

/// <summary>Finds the targets of <c>switch</c> jumps: tables of addresses (<c>jmp *table(,%rax,8)</c>) and of distances from the table (position-independent code).</summary>
internal sealed class JumpTables(ElfFile file, CodeMap code)
{
    private const int MostEntries = 4096;

    /// <summary>Whether an indirect jump is a switch whose targets are in the function itself.</summary>
    internal bool IsTable(Function function, in Decoded jump, in SwitchHints hints) => Targets(function, in jump, in hints).Any();

    /// <summary>Where the jump can go: offsets in the function's section. None if it is no switch that is understood.</summary>
    internal IEnumerable<Place> Targets(Function function, in Decoded jump, in SwitchHints hints)
    {
        if (jump.Instruction.Op0Kind == OpKind.Memory)
        {
            bool indexed = jump.Instruction.MemoryIndex != Register.None && jump.Instruction.MemoryIndexScale == 8;
            Place table = jump.Memory.Section > 0 ? jump.Memory : hints.Table;
            return indexed && table.Section > 0 ? Entries(function, table, relative: false, Place.None) : [];
        }

        if (hints.Loaded.Section > 0 && Entries(function, hints.Loaded, relative: false, Place.None).ToList() is { Count: > 0 } loaded) { return loaded; }
        return hints.Table.Section > 0 ? Entries(function, hints.Table, relative: true, hints.Base) : [];
    }

    private IEnumerable<Place> Entries(Function function, Place table, bool relative, Place origin)
    {
        if (file.Sections[table.Section].IsCode) { yield break; }
        for (int i = 0; i < MostEntries; i++)
        {
            long at = table.Offset + (i * (relative ? 4 : 8));
            Place target = !relative ? file.PointerAt(table.Section, at)
                : origin.Section > 0 ? file.DistanceAt(table.Section, at, origin)
                : file.RelativeAt(table.Section, at, table.Offset);
            if (target.Section <= 0 || code.At(target) is not { } owner || !IsPartOf(function, owner)) { yield break; }
            yield return target;
        }
    }

    /// <summary>Whether <paramref name="piece"/> is the function or a part that the compiler split off it.</summary>
    internal static bool IsPartOf(Function function, Function piece)
        => piece == function || (piece.Name.Length > function.Name.Length && piece.Name.StartsWith(function.Name, StringComparison.Ordinal)
            && piece.Name.AsSpan(function.Name.Length).StartsWith(".cold") && (piece.Unit is null || piece.Unit == function.Unit));
}
