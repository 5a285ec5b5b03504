using System.Buffers.Binary;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>Code that replaces other code when the processor has a feature.</summary>
/// <param name="Original">What is replaced.</param>
/// <param name="OriginalLength">How much of it.</param>
/// <param name="Replacement">What replaces it.</param>
/// <param name="Length">How long that is; 0 replaces by nothing.</param>
/// <param name="Always">The replacement is always made, so the original never runs.</param>
internal sealed record ElfAlternative(Place Original, int OriginalLength, Place Replacement, int Length, bool Always);

/// <summary>What a kernel object says about its code beside the code: regions, replacements, exception and jump-label edges, dead ends.</summary>
internal sealed class SpecialSections
{
    private const int AlwaysFeature = (3 * 32) + 21, Inverted = 1 << 15;

    private readonly ElfFile _file;

    internal SpecialSections(ElfFile file, MemoryBudget budget)
    {
        _file = file;
        ReadNotes(".discard.instr_begin", Begins, budget);
        ReadNotes(".discard.instr_end", Ends, budget);
        ReadNotes(".discard.reachable", Reachable, budget);
        ReadNotes(".discard.unreachable", Unreachable, budget);
        ReadAnnotations(budget);
        ReadAlternatives(budget);
        ReadEdges("__ex_table", 12, 8, "exception table", budget);
        ReadEdges("__jump_table", 16, 16, "jump label", budget);
    }

    /// <summary>Instructions at which a region begins.</summary>
    internal HashSet<(int, long)> Begins { get; } = [];

    /// <summary>Instructions at which a region ends.</summary>
    internal HashSet<(int, long)> Ends { get; } = [];

    /// <summary>Code that is reached although an instruction before it seems not to go on (a warning's <c>ud2</c>).</summary>
    internal HashSet<(int, long)> Reachable { get; } = [];

    /// <summary>Code that is not reached from the instruction before it.</summary>
    internal HashSet<(int, long)> Unreachable { get; } = [];

    /// <summary>Replacements by the place of their original.</summary>
    internal Dictionary<(int, long), List<ElfAlternative>> Alternatives { get; } = [];

    /// <summary>More places to which an instruction can go.</summary>
    internal Dictionary<(int, long), List<(Place To, string How)>> Edges { get; } = [];

    /// <summary>Whether the file says where regions are.</summary>
    internal bool HasRegionNotes => Begins.Count > 0;

    private void ReadNotes(string name, HashSet<(int, long)> into, MemoryBudget budget)
    {
        if (_file.Find(name) is not { } section) { return; }
        ReadOnlySpan<ElfRelocation> relocations = _file.RelocationsOf(section.Index);
        budget.Charge(32L * relocations.Length);
        foreach (ElfRelocation relocation in relocations)
        {
            if (_file.PlaceOf(relocation, 0) is { Section: > 0 } place) { into.Add(place.Key); }
        }
    }

    // Newer kernels put all notes into one section of (place, kind) pairs.
    private void ReadAnnotations(MemoryBudget budget)
    {
        if (_file.Find(".discard.annotate_insn") is not { } section) { return; }
        ReadOnlySpan<byte> bytes = _file.BytesOf(section);
        ReadOnlySpan<ElfRelocation> relocations = _file.RelocationsOf(section.Index);
        budget.Charge(32L * relocations.Length);
        foreach (ElfRelocation relocation in relocations)
        {
            if (relocation.Offset + 8 > (ulong)bytes.Length || _file.PlaceOf(relocation, 0) is not { Section: > 0 } place) { continue; }
            switch (BinaryPrimitives.ReadInt32LittleEndian(bytes[(int)(relocation.Offset + 4)..]))
            {
                case 3: Begins.Add(place.Key); break;
                case 4: Ends.Add(place.Key); break;
                case 8: Reachable.Add(place.Key); break;
            }
        }
    }

    private void ReadAlternatives(MemoryBudget budget)
    {
        if (_file.Find(".altinstructions") is not { } section) { return; }
        ReadOnlySpan<byte> bytes = _file.BytesOf(section);
        int stride = Stride(section, [12, 13, 14], 12);
        int lengths = stride == 14 ? 12 : 10;
        for (int at = 0; at + stride <= bytes.Length; at += stride)
        {
            Place original = _file.RelativeAt(section.Index, at, at), replacement = _file.RelativeAt(section.Index, at + 4, at + 4);
            if (original.Section <= 0) { continue; }
            ushort feature = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + 8)..]);
            bool inverted = (feature & Inverted) != 0 || (stride == 14 && (bytes[at + 10] & 1) != 0);
            bool always = (feature & ~Inverted) == AlwaysFeature && !inverted;
            budget.Charge(160);
            if (!Alternatives.TryGetValue(original.Key, out var list)) { Alternatives.Add(original.Key, list = []); }
            list.Add(new ElfAlternative(original, bytes[at + lengths], replacement, replacement.Section > 0 ? bytes[at + lengths + 1] : 0, always));
        }
    }

    private void ReadEdges(string name, int usual, int other, string how, MemoryBudget budget)
    {
        if (_file.Find(name) is not { } section) { return; }
        int stride = Stride(section, [usual, other], usual);
        for (long at = 0; at + stride <= (long)section.Size && section.HasBytes; at += stride)
        {
            Place from = _file.RelativeAt(section.Index, at, at), to = _file.RelativeAt(section.Index, at + 4, at + 4);
            if (from.Section <= 0 || to.Section <= 0) { continue; }
            budget.Charge(128);
            if (!Edges.TryGetValue(from.Key, out var list)) { Edges.Add(from.Key, list = []); }
            list.Add((to, how));
        }
    }

    // The size of an entry has changed between versions and is written nowhere: the distance between the relocations of two entries tells.
    private int Stride(ElfSection section, ReadOnlySpan<int> known, int fallback)
    {
        foreach (int stride in known)
        {
            if (section.Size % (ulong)stride != 0) { continue; }
            if (!_file.TryRelocationAt(section.Index, 0, out _)) { return fallback; }
            if (section.Size == (ulong)stride || _file.TryRelocationAt(section.Index, stride, out _)) { return stride; }
        }

        return fallback;
    }
}
