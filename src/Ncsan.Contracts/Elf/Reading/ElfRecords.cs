using System.Runtime.InteropServices;

namespace Ncsan.Contracts.Elf.Reading;

// The records of the ELF64 format that are read in place, without copying. Field order and size are the format's.

/// <summary>A symbol table entry.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct ElfSymbol
{
    internal readonly uint NameOffset;
    private readonly byte _info;
    private readonly byte _other;
    internal readonly ushort RawSection;
    internal readonly ulong Value;
    internal readonly ulong Size;

    internal SymbolType Type => (SymbolType)(_info & 15);

    internal bool IsLocal => _info >> 4 == 0;

    internal bool IsWeak => _info >> 4 == 2;
}

/// <summary>The types of symbols that matter here.</summary>
internal enum SymbolType : byte
{
    None = 0,
    Object = 1,
    Function = 2,
    Section = 3,
    File = 4,
    ThreadLocal = 6,
    IndirectFunction = 10,
}

/// <summary>A relocation with an addend.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct ElfRelocation
{
    internal readonly ulong Offset;
    private readonly ulong _info;
    internal readonly long Addend;

    internal int Symbol => (int)(_info >> 32);

    internal RelocationType Type => (RelocationType)(uint)_info;
}

/// <summary>The x86-64 relocation types that matter here.</summary>
internal enum RelocationType : uint
{
    None = 0,
    Absolute64 = 1,
    Pc32 = 2,
    Plt32 = 4,
    TableEntry = 6,
    JumpSlot = 7,
    Relative = 8,
    GotPcRel = 9,
    Absolute32 = 10,
    Absolute32S = 11,
    Pc64 = 24,
    GotPcRelX = 41,
    RexGotPcRelX = 42,
}

/// <summary>A section header with its name, bounds already checked.</summary>
internal sealed record ElfSection(int Index, string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info)
{
    internal const uint SymbolTable = 2, StringTable = 3, RelocationsWithAddend = 4, NoBits = 8, Relocations = 9, DynamicSymbols = 11, ExtendedIndices = 18;

    /// <summary>Holds code.</summary>
    internal bool IsCode => (Flags & 4) != 0 && Type != NoBits;

    /// <summary>The program can write it.</summary>
    internal bool IsWritable => (Flags & 1) != 0;

    /// <summary>Is part of the program at run time.</summary>
    internal bool IsAllocated => (Flags & 2) != 0;

    /// <summary>Has bytes in the file.</summary>
    internal bool HasBytes => Type != NoBits;
}

/// <summary>A place in the program: an offset in a section, or (section -1) in something that another file defines.</summary>
/// <param name="Section">The section's index, or -1.</param>
/// <param name="Offset">The offset in it, or from the symbol.</param>
/// <param name="Symbol">The symbol that named the place, or -1.</param>
internal readonly record struct Place(int Section, long Offset, int Symbol = -1)
{
    /// <summary>No place.</summary>
    internal static Place None => new(-1, 0);

    /// <summary>Whether this is a place at all.</summary>
    internal bool IsKnown => Section >= 0 || Symbol >= 0;

    /// <summary>The same place as a key, whichever symbol named it.</summary>
    internal (int Section, long Offset) Key => (Section >= 0 ? Section : -2 - Symbol, Offset);
}
