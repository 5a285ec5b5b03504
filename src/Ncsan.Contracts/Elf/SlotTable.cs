using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf;

/// <summary>The slots of the program by place: each pointer in data through which something is called.</summary>
internal sealed class SlotTable(ElfFile file, CallGraph graph, DataMap data, MemoryBudget budget)
{
    private const int SlotCost = 320;

    private readonly Dictionary<(int Section, long Offset), Slot> _slots = [];

    /// <summary>Where each slot is; the index is <see cref="Slot.Id"/>.</summary>
    internal List<Place> Places { get; } = [];

    /// <summary>The slot at a place, made if this is its first call.</summary>
    internal Slot At(Place place)
    {
        if (_slots.TryGetValue(place.Key, out Slot? slot)) { return slot; }
        budget.Charge(SlotCost);
        string name = place.Section > 0 ? data.Name(place.Section, place.Offset) : place.Offset == 0 ? file.NameOf(place.Symbol) : $"{file.NameOf(place.Symbol)}+0x{place.Offset:x}";
        slot = graph.Add(new Slot(name) { Place = name });
        if (place.Section < 0) { slot.Incomplete = "the table is in another file"; }
        _slots.Add(place.Key, slot);
        Places.Add(place);
        return slot;
    }

    /// <summary>The slot at a place, if anything is called through it.</summary>
    internal bool TryAt(int section, long offset, out Slot slot) => _slots.TryGetValue((section, offset), out slot!);

    /// <summary>A slot that is not a place in data (a static call). Its place is unknown.</summary>
    internal Slot Named(string name)
    {
        budget.Charge(SlotCost);
        Slot slot = graph.Add(new Slot(name));
        Places.Add(Place.None);
        return slot;
    }
}
