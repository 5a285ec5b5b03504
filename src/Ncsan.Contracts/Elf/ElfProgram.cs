using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Elf;

/// <summary>What was read from one file, for the parts that look deeper into it.</summary>
internal sealed record ElfProgram(
    ElfFile File, CallGraph Graph, Profile Profile, CodeMap Code, DataMap Data, SpecialSections Special, JumpTables JumpTables, CodeScanner Scanner, SlotTable Slots, NativeAot? Native);
