using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf;

/// <summary>Gives slots the names of their members: from BTF where there is some, else from what all functions that a slot can hold have in their names.</summary>
internal sealed class SlotNames(ElfProgram program, Btf? types)
{
    internal void Apply()
    {
        for (int i = 0; i < program.Graph.Slots.Count; i++)
        {
            Slot slot = program.Graph.Slots[i];
            Place place = program.Slots.Places[i];
            if (place.Section <= 0) { continue; }
            (int symbol, long start, _) = program.Data.ObjectAt(place.Section, place.Offset);
            if (symbol < 0) { continue; }
            string table = program.File.NameOf(symbol);
            if (types?.Member(table, place.Offset - start) is { } member) { slot.Name = $"{table}.{member}"; }
            else if (Common(slot) is { } common) { slot.Name = $"{slot.Place} ({common})"; }
        }
    }

    // xen_save_fl and native_save_fl: save_fl. One name alone says too little about the slot.
    private string? Common(Slot slot)
    {
        if (slot.Targets.Count < 2) { return null; }
        string[][] names = [.. slot.Targets.Select(t => program.Graph.Functions[t.Target].Name.Split('_', StringSplitOptions.RemoveEmptyEntries))];
        int length = 0;
        while (names.All(n => n.Length > length && n[^(length + 1)] == names[0][^(Math.Min(length, names[0].Length - 1) + 1)])) { length++; }
        return length == 0 ? null : string.Join('_', names[0][^length..]);
    }
}
