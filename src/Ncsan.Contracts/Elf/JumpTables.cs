using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf;

/// <summary>Finds the targets of <c>switch</c> jumps: tables of addresses (<c>jmp *table(,%rax,8)</c>) and of distances from the table (position-independent code).</summary>
internal sealed class JumpTables(ElfFile file, CodeMap code)
{
    private const int MostEntries = 4096;

    /// <summary>Whether an indirect jump is a switch whose targets are in the function itself.</summary>
    internal bool IsTable(Function function, in Decoded jump, Place lastTable) => Targets(function, in jump, lastTable).Any();

    /// <summary>Where the jump can go: offsets in the function's section. None if it is no switch that is understood.</summary>
    internal IEnumerable<Place> Targets(Function function, in Decoded jump, Place lastTable)
    {
        if (jump.Instruction.Op0Kind == OpKind.Memory)
        {
            bool indexed = jump.Instruction.MemoryIndex != Register.None && jump.Instruction.MemoryIndexScale == 8;
            Place table = jump.Memory.Section > 0 ? jump.Memory : lastTable;
            return indexed && table.Section > 0 ? Entries(function, table, relative: false) : [];
        }

        return lastTable.Section > 0 ? Entries(function, lastTable, relative: true) : [];
    }

    private IEnumerable<Place> Entries(Function function, Place table, bool relative)
    {
        if (file.Sections[table.Section].IsCode) { yield break; }
        for (int i = 0; i < MostEntries; i++)
        {
            long at = table.Offset + (i * (relative ? 4 : 8));
            Place target = relative ? file.RelativeAt(table.Section, at, table.Offset) : file.PointerAt(table.Section, at);
            if (target.Section <= 0 || code.At(target) is not { } owner || !IsPartOf(function, owner)) { yield break; }
            yield return target;
        }
    }

    /// <summary>Whether <paramref name="piece"/> is the function or a part that the compiler split off it.</summary>
    internal static bool IsPartOf(Function function, Function piece)
        => piece == function || (piece.Name.Length > function.Name.Length && piece.Name.StartsWith(function.Name, StringComparison.Ordinal)
            && piece.Name.AsSpan(function.Name.Length).StartsWith(".cold") && (piece.Unit is null || piece.Unit == function.Unit));
}
