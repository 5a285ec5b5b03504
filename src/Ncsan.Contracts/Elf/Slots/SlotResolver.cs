using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Slots;

/// <summary>
/// Finds out what slots can hold: the relocations of the table's initialiser, the tables that code copies over it, the functions that code stores
/// into it, and the updates of static calls. Never a built-in list: the layout of a table differs from build to build.
/// </summary>
internal sealed class SlotResolver(ElfFile file, CallGraph graph, CodeMap code, DataMap data, SlotTable slots, JumpTables jumpTables, SpecialSections special)
{
    private const int MostCopied = 1 << 16;

    private static readonly Register[] s_arguments = [Register.RDI, Register.RSI, Register.RDX, Register.RCX, Register.R8, Register.R9];

    private readonly RegisterTracker _registers = new();
    // Places where control can arrive in ways that are not followed, and what is known at places that were branched to.
    private readonly HashSet<long> _unknown = [];
    private readonly Dictionary<long, Value[]> _branched = [];
    private readonly Dictionary<string, Slot> _staticCalls = new(StringComparer.Ordinal);
    private readonly HashSet<(int Section, long Start)> _tables = [];
    private Dictionary<int, int>? _siteAt;
    private Function _function = null!;
    private long _start;
    private bool _alive;

    /// <summary>Resolves everything that can be.</summary>
    internal void Resolve(IReadOnlyList<int> registerCallers)
    {
        AddStaticCalls();
        foreach (int id in registerCallers) { Track(graph.Functions[id], callsOnly: true); }
        for (int i = 0; i < graph.Slots.Count; i++) { AddInitialiser(graph.Slots[i], slots.Places[i]); }
        foreach ((Slot slot, Place place, long size) in slots.Arrays) { AddElements(slot, place, size); }
        foreach (int id in Writers()) { Track(graph.Functions[id], callsOnly: false); }
        foreach (Slot slot in graph.Slots)
        {
            if (slot.Targets.Count == 0) { slot.Incomplete ??= "nothing in this file puts a function there"; }
        }
    }

    // A static call is a jump that is patched at run time: the trampoline __SCT__name starts out with one target and
    // __static_call_update gives it others.
    private void AddStaticCalls()
    {
        for (int id = 0; id < graph.Functions.Count; id++)
        {
            Function trampoline = graph.Functions[id];
            if (!trampoline.Name.StartsWith("__SCT__", StringComparison.Ordinal) || trampoline.Is(FunctionFlags.External)) { continue; }
            Slot slot = slots.Named($"static call {trampoline.Name["__SCT__".Length..]}");
            slot.Place = trampoline.Name;
            foreach (CallSite site in trampoline.Calls)
            {
                if (site.Target >= 0) { slot.Targets.Add(new SlotTarget(site.Target, "its initial target")); }
            }

            trampoline.Calls = [new CallSite(0, CallKind.IndirectTail, -1, slot.Id)];
            _staticCalls.TryAdd(trampoline.Name, slot);
        }
    }

    private void AddInitialiser(Slot slot, Place place)
    {
        if (place.Section <= 0) { return; }
        (int symbol, long start, _) = data.ObjectAt(place.Section, place.Offset);
        _tables.Add((place.Section, start));
        if (code.At(file.PointerAt(place.Section, place.Offset)) is { } target)
        {
            slot.Targets.Add(new SlotTarget(target.Id, $"initialiser of {(symbol < 0 ? file.Sections[place.Section].Name : file.NameOf(symbol))}"));
        }
    }

    private void AddElements(Slot slot, Place array, long size)
    {
        ElfSection section = file.Sections[array.Section];
        for (long at = array.Offset; at <= array.Offset + size - 8; at += 8)
        {
            if (code.At(file.PointerAt(array.Section, at)) is { } target) { AddTarget(slot, target, $"an element of {file.NameOf(array.Symbol)}"); }
        }

        // .data.rel.ro is written by the loader alone.
        if (section.IsWritable && !section.Name.StartsWith(".data.rel.ro", StringComparison.Ordinal)) { slot.Incomplete = "the array is writable, and code may store other functions into it"; }
    }

    /// <summary>Functions that refer to a table with slots, and those that update static calls.</summary>
    private SortedSet<int> Writers()
    {
        var writers = new SortedSet<int>();
        foreach (ElfSection section in file.Sections)
        {
            if (!section.IsCode) { continue; }
            ReadOnlySpan<ElfRelocation> relocations = file.RelocationsOf(section.Index);
            for (int i = 0; i < relocations.Length; i++)
            {
                ref readonly ElfRelocation relocation = ref relocations[i];
                Place place = file.PlaceOf(relocation, 0);
                if (place.Section <= 0) { continue; }
                bool update = file.Sections[place.Section].IsCode
                    ? _staticCalls.Count > 0 && place.Symbol > 0 && file.RawNameOf(place.Symbol).StartsWith("__static_call_update"u8)
                    : file.Sections[place.Section].IsWritable && Near(place);
                if (update && code.At(section.Index, (long)relocation.Offset) is { } function) { writers.Add(function.Id); }
            }
        }

        return writers;
    }

    // A relative relocation points up to ten bytes before what it means.
    private bool Near(Place place)
        => _tables.Contains((place.Section, data.ObjectAt(place.Section, place.Offset).Start)) || _tables.Contains((place.Section, data.ObjectAt(place.Section, place.Offset + 10).Start));

    private void Track(Function function, bool callsOnly)
    {
        (int section, _start) = code.StartOf(function);
        if (section <= 0) { return; }
        _function = function;
        long end = _start + function.Size;
        var decoder = new SectionDecoder(file, file.Sections[section]);
        bool hasFrame = FindJoins(decoder, section, end);
        _siteAt = [];
        for (int i = 0; i < function.Calls.Length; i++) { _siteAt.TryAdd(function.Calls[i].Offset, i); }
        _registers.Begin(hasFrame);
        _branched.Clear();
        _alive = true;
        decoder.Seek(_start);
        for (long at = _start; at < end && decoder.Next(out Decoded decoded); at = decoded.Next)
        {
            Arrive(decoded.Offset);
            Step(in decoded, callsOnly);
            Branch(in decoded, section);
        }
    }

    // Where control can arrive in ways that are not followed; and whether the function keeps its variables in a frame that nothing else can reach.
    private bool FindJoins(SectionDecoder decoder, int section, long end)
    {
        bool frame = false, escapes = false;
        _unknown.Clear();
        decoder.Seek(_start);
        var hints = new SwitchHints(file);
        for (long at = _start; at < end && decoder.Next(out Decoded decoded); at = decoded.Next)
        {
            hints.Note(in decoded);
            ref readonly Instruction instruction = ref decoded.Instruction;
            if (instruction is { Mnemonic: Mnemonic.Mov, Op0Register: Register.RBP, Op1Register: Register.RSP }) { frame = true; }
            else if (instruction.MemoryBase == Register.RBP && (instruction.Mnemonic == Mnemonic.Lea || instruction.MemoryIndex != Register.None)) { escapes = true; }
            else if (instruction.OpCount >= 2 && instruction.Op1Kind == OpKind.Register && instruction.Op1Register == Register.RBP) { escapes = true; }
            if (IsBranch(in decoded) && decoded.Memory.Section == section && decoded.Memory.Offset <= decoded.Offset) { _unknown.Add(decoded.Memory.Offset); }
            if (decoded.Instruction.FlowControl == FlowControl.IndirectBranch) { _unknown.UnionWith(jumpTables.Targets(_function, in decoded, in hints).Select(t => t.Offset)); }
            if (special.Edges.TryGetValue((section, decoded.Offset), out var edges)) { _unknown.UnionWith(edges.Select(e => e.To.Offset)); }
            if (special.Alternatives.TryGetValue((section, decoded.Offset), out var alternatives)) { _unknown.UnionWith(alternatives.Select(a => a.Original.Offset + a.OriginalLength)); }
        }

        return frame && !escapes;
    }

    private static bool IsBranch(in Decoded decoded) => decoded.Instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch;

    private void Arrive(long offset)
    {
        bool branched = _branched.Remove(offset, out Value[]? known);
        if (_unknown.Contains(offset) || (!_alive && !branched)) { _registers.Forget(); }
        else if (branched && _alive) { _registers.Meet(known!); }
        else if (branched) { _registers.Restore(known!); }
        _alive = true;
    }

    private void Branch(in Decoded decoded, int section)
    {
        if (IsBranch(in decoded) && decoded.Memory.Section == section && decoded.Memory.Offset > decoded.Offset)
        {
            Value[] here = _registers.Snapshot();
            if (_branched.TryGetValue(decoded.Memory.Offset, out Value[]? known))
            {
                for (int i = 0; i < here.Length; i++) { if (here[i] != known[i]) { known[i] = default; } }
            }
            else { _branched.Add(decoded.Memory.Offset, here); }
        }

        _alive = decoded.Instruction.FlowControl is not (FlowControl.UnconditionalBranch or FlowControl.Return or FlowControl.IndirectBranch or FlowControl.Exception);
    }

    private void Step(in Decoded decoded, bool callsOnly)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        switch (instruction.FlowControl)
        {
            case FlowControl.IndirectCall or FlowControl.IndirectBranch:
                ResolveCall(in decoded, instruction.Op0Kind == OpKind.Register ? _registers[instruction.Op0Register]
                    : instruction.MemoryIndex == Register.None ? new Value(Holds.Loaded, _registers.MemoryOf(in decoded)) : new Value(Holds.Element, _registers.ArrayOf(in decoded)));
                _registers.Call();
                return;
            case FlowControl.Call or FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch:
                Called(in decoded, callsOnly);
                return;
        }

        if (!callsOnly) { Store(in decoded); }
        _registers.Step(in decoded);
    }

    private void Called(in Decoded decoded, bool callsOnly)
    {
        if (code.At(decoded.Memory) is { } target && target != _function)
        {
            if (CodeScanner.IsThunk(target.Name)) { ResolveCall(in decoded, _registers[ThunkRegister(target.Name)]); }
            else if (!callsOnly) { Callee(in decoded, target); }
        }

        if (decoded.Instruction.FlowControl == FlowControl.Call) { _registers.Call(); }
    }

    private static Register ThunkRegister(string thunk)
        => Enum.TryParse(thunk[(thunk.LastIndexOf('_') + 1)..].ToUpperInvariant(), out Register register) ? register : Register.None;

    private void ResolveCall(in Decoded decoded, Value value)
    {
        if (!value.Place.IsKnown || !_siteAt!.TryGetValue((int)(decoded.Offset - _start), out int index)) { return; }
        CallSite site = _function.Calls[index];
        if (!site.IsUnresolved) { return; }
        if (value.Kind == Holds.Address && code.At(value.Place) is { } direct)
        {
            _function.Calls[index] = site with { Kind = site.IsTail ? CallKind.Tail : CallKind.Direct, Target = direct.Id, How = null };
        }
        else if (value.Kind == Holds.Loaded && (value.Place.Section <= 0 || file.Sections[value.Place.Section].IsAllocated))
        {
            _function.Calls[index] = site with { Slot = slots.At(value.Place).Id, How = null };
        }
        else if (value is { Kind: Holds.Element, Place.Section: > 0 } && slots.Array(value.Place) is { } array) { _function.Calls[index] = site with { Slot = array.Id, How = null }; }
    }

    private void Callee(in Decoded decoded, Function target)
    {
        if (target.Name.StartsWith("__static_call_update", StringComparison.Ordinal))
        {
            if (_registers[Register.RSI] is { Kind: Holds.Address } trampoline && code.At(trampoline.Place) is { } sct && _staticCalls.TryGetValue(sct.Name, out Slot? slot))
            {
                if (_registers[Register.RDX] is { Kind: Holds.Address } value && code.At(value.Place) is { } given) { AddTarget(slot, given, $"set by {_function.Name}"); }
                else { slot.Incomplete ??= $"{Here(in decoded)} sets it to a function that could not be followed"; }
            }

            return;
        }

        if (target.Name is "memcpy" or "__memcpy" or "memmove" or "__memmove" or "__tsan_memcpy" or "__tsan_memmove")
        {
            Copy(in decoded, _registers[Register.RDI], _registers[Register.RSI], _registers[Register.RDX] is { Kind: Holds.Constant } size ? size.Number : -1);
            return;
        }

        if (target.Is(FunctionFlags.Hook)) { return; }
        foreach (Register register in s_arguments)
        {
            if (_registers[register] is { Kind: Holds.Address } passed) { Touch(passed.Place, 1, $"{Here(in decoded)} passes its address to {target.Name}"); }
        }
    }

    private void Store(in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        if (instruction.Mnemonic is Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsd or Mnemonic.Movsq && instruction.HasRepPrefix)
        {
            int width = instruction.Mnemonic switch { Mnemonic.Movsb => 1, Mnemonic.Movsw => 2, Mnemonic.Movsd => 4, _ => 8 };
            long length = _registers[Register.RCX] is { Kind: Holds.Constant } count and { Number: >= 0 and <= MostCopied } ? count.Number * width : -1;
            Copy(in decoded, _registers[Register.RDI], _registers[Register.RSI], length);
            return;
        }

        if (instruction.OpCount < 2 || instruction.Op0Kind != OpKind.Memory || !_registers.WritesMemory(in decoded)) { return; }
        if (_registers.ArrayOf(in decoded) is { Section: > 0 } array)
        {
            Touch(array, 1, $"{Here(in decoded)} stores at an index into it");
            return;
        }

        Place place = _registers.MemoryOf(in decoded);
        if (place.Section <= 0) { return; }
        int size = Math.Max(1, instruction.MemorySize.GetSize());
        Value value = instruction.Op1Kind == OpKind.Register ? _registers[instruction.Op1Register]
            : decoded.Constant.IsKnown ? new Value(Holds.Address, decoded.Constant)
            : new Value(Holds.Constant, Place.None, instruction.Op1Kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64 ? (long)instruction.GetImmediate(1) : -1);
        bool plain = instruction.Mnemonic is Mnemonic.Mov or Mnemonic.Movups or Mnemonic.Movaps or Mnemonic.Movdqu or Mnemonic.Movdqa or Mnemonic.Movq or Mnemonic.Xchg;
        Keep(in decoded, place, Math.Min(size, 8), plain ? value : default);
        if (size == 16) { Keep(in decoded, place with { Offset = place.Offset + 8 }, 8, plain && instruction.Op1Kind == OpKind.Register ? _registers.Upper(instruction.Op1Register) : default); }
        else if (size > 16) { Keep(in decoded, place with { Offset = place.Offset + 8 }, size - 8, default); }
    }

    // A value is stored; zero only takes a function away.
    private void Keep(in Decoded decoded, Place place, int size, Value value)
    {
        if (value is { Kind: Holds.Address } && code.At(value.Place) is { } stored)
        {
            if (slots.TryAt(place.Section, place.Offset, out Slot slot)) { AddTarget(slot, stored, $"stored by {_function.Name}"); }
        }
        else if (value.Kind == Holds.Loaded) { Copy(in decoded, new Value(Holds.Address, place), value with { Kind = Holds.Address }, size); }
        else if (value is not { Kind: Holds.Constant, Number: 0 }) { Touch(place, size, $"{Here(in decoded)} stores a value that could not be followed"); }
    }

    private void Copy(in Decoded decoded, Value to, Value from, long length)
    {
        if (to.Kind != Holds.Address || to.Place.Section <= 0) { return; }
        if (length < 0 || from.Kind != Holds.Address || from.Place.Section <= 0)
        {
            Touch(to.Place, length < 0 ? MostCopied : length, $"{Here(in decoded)} copies over it from a place that could not be followed");
            return;
        }

        string table = data.Name(from.Place.Section, data.ObjectAt(from.Place.Section, from.Place.Offset).Start);
        for (long at = 0; at < length; at++)
        {
            if (!slots.TryAt(to.Place.Section, to.Place.Offset + at, out Slot slot)) { continue; }
            if (code.At(file.PointerAt(from.Place.Section, from.Place.Offset + at)) is { } target) { AddTarget(slot, target, $"{table}, copied in by {_function.Name}"); }
            else if (file.Sections[from.Place.Section].IsWritable) { slot.Incomplete ??= $"{Here(in decoded)} copies {table} over it, whose contents are not known"; }
        }
    }

    private void Touch(Place place, long length, string why)
    {
        if (place.Section <= 0) { return; }
        (_, long start, long size) = data.ObjectAt(place.Section, place.Offset);
        long end = Math.Min(place.Offset + length, start + size);
        bool whole = length == 1;
        for (long at = whole ? start : place.Offset; at < (whole ? Math.Min(start + size, start + MostCopied) : end); at++)
        {
            if (slots.TryAt(place.Section, at, out Slot slot)) { slot.Incomplete ??= why; }
        }
    }

    private void AddTarget(Slot slot, Function target, string source)
    {
        foreach (SlotTarget known in slot.Targets)
        {
            if (known.Target == target.Id) { return; }
        }

        slot.Targets.Add(new SlotTarget(target.Id, source));
    }

    private string Here(in Decoded decoded) => $"{_function.Name}+0x{decoded.Offset - _start:x}";
}
