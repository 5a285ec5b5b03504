using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Slots;

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
            if (types?.Member(table, program.Profile.TypeOf(table), place.Offset - start) is { } member) { slot.Name = $"{table}.{member}"; }
            else if (Common(slot) is { } common) { slot.Name = $"{slot.Place} ({common})"; }
        }
    }

    // native_save_fl, xen_save_fl_direct, paravirt_ret0: save_fl, the longest run of words that more than half of them share. One name alone says too little.
    private string? Common(Slot slot)
    {
        if (slot.Targets.Count < 2) { return null; }
        string[] names = [.. slot.Targets.Select(t => $"_{program.Graph.Functions[t.Target].Name.Trim('_')}_")];
        return names.SelectMany(Runs).Distinct()
            .Select(run => (Text: run, Shared: names.Count(n => n.Contains(run, StringComparison.Ordinal)))).Where(run => run.Shared * 2 > names.Length)
            .OrderByDescending(run => run.Shared).ThenByDescending(run => run.Text.Length).ThenBy(run => run.Text, StringComparer.Ordinal).FirstOrDefault().Text?.Trim('_');
    }

    // Every run of whole words: "_save_fl_", "_save_", "_fl_" and so on. Names are short.
    private static IEnumerable<string> Runs(string name)
    {
        for (int start = 0; start < name.Length - 1; start++)
        {
            if (name[start] != '_') { continue; }
            for (int end = start + 2; end < name.Length; end++)
            {
                if (name[end] == '_' && end - start > 3) { yield return name[start..(end + 1)]; }
            }
        }
    }
}
