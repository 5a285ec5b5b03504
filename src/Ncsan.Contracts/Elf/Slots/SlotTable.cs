using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Slots;

/// <summary>The slots of the program by place: each pointer in data through which something is called.</summary>
internal sealed class SlotTable(ElfFile file, CallGraph graph, DataMap data, MemoryBudget budget)
{
    private const int SlotCost = 320, LargestArray = 1 << 16;

    private readonly Dictionary<(int Section, long Offset), Slot> _slots = [];

    private readonly Dictionary<(int Section, long Start), Slot> _arrays = [];

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

    /// <summary>The slot that stands for every element of the array at a place, or null where no object is known there.</summary>
    internal Slot? Array(Place place)
    {
        (int symbol, long start, long size) = data.ObjectAt(place.Section, place.Offset);
        if (symbol < 0 || size > LargestArray) { return null; }
        if (_arrays.TryGetValue((place.Section, start), out Slot? slot)) { return slot; }
        slot = Named($"{data.Name(place.Section, start)}[]");
        _arrays.Add((place.Section, start), slot);
        Arrays.Add((slot, new Place(place.Section, start, symbol), size));
        return slot;
    }

    /// <summary>The arrays that something is called through by an index: the slot, where the array is, how long it is.</summary>
    internal List<(Slot Slot, Place Place, long Size)> Arrays { get; } = [];

    /// <summary>A slot that is not a place in data (a static call). Its place is unknown.</summary>
    internal Slot Named(string name)
    {
        budget.Charge(SlotCost);
        Slot slot = graph.Add(new Slot(name));
        Places.Add(Place.None);
        return slot;
    }
}
