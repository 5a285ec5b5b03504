using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>The first reading of all code: every place where control leaves a function, and which functions call a hook.</summary>
/// <remarks>
/// Linear, one pass, nothing kept but the call sites: on a kernel of 23,000 functions this is most of the time that a verification takes.
/// Calls through a register are left for <see cref="SlotResolver"/>, which looks at the few functions that have one.
/// </remarks>
internal sealed class CodeScanner(ElfFile file, CallGraph graph, CodeMap code, JumpTables jumpTables, SlotTable slots, MemoryBudget budget)
{
    internal const string ThroughRegister = "through a register", ThroughMemory = "through a pointer in memory", Alternative = "alternative", FallsThrough = "falls through";

    private const int CallSiteCost = 24;

    private readonly List<CallSite> _calls = [];

    /// <summary>Functions that call through a register: what the register holds is found out later.</summary>
    internal List<int> RegisterCallers { get; } = [];

    /// <summary>Offsets of jumps that arrive in the middle of another function, by function.</summary>
    internal Dictionary<int, SortedSet<long>> MiddleEntries { get; } = [];

    /// <summary>How many instructions were read.</summary>
    internal long Instructions { get; private set; }

    /// <summary>How many functions have bytes that are no instruction.</summary>
    internal int Undecodable { get; private set; }

    internal void ScanAll()
    {
        SectionDecoder? decoder = null;
        int section = -1;
        int bodies = graph.Functions.Count;
        for (int id = 0; id < bodies; id++)
        {
            Function function = graph.Functions[id];
            (int at, long start) = code.StartOf(function);
            if (at != section)
            {
                decoder = new SectionDecoder(file, file.Sections[at]);
                section = at;
            }

            Scan(function, decoder!, at, start);
        }
    }

    private void Scan(Function function, SectionDecoder decoder, int section, long start)
    {
        _calls.Clear();
        long end = start + function.Size;
        var hints = new SwitchHints(file);
        bool registers = false, falls = true;
        decoder.Seek(start);
        long at = start;
        while (at < end)
        {
            if (!decoder.Next(out Decoded decoded))
            {
                Undecodable++;
                falls = false;
                break;
            }

            Instructions++;
            at = decoded.Next;
            FlowControl flow = decoded.Instruction.FlowControl;
            if (flow == FlowControl.Next)
            {
                hints.Note(in decoded);
                falls = decoded.Instruction.Mnemonic is not (Mnemonic.Int3 or Mnemonic.Hlt);
                continue;
            }

            falls = Control(function, section, start, end, in decoded, in hints, ref registers);
        }

        if (falls && function.Size > 0 && code.At(section, end) is { } next && next != function && IsHandWritten(function))
        {
            Add(new CallSite((int)(end - start), CallKind.Tail, next.Id, How: FallsThrough));
        }

        function.Calls = [.. _calls];
        if (registers) { RegisterCallers.Add(function.Id); }
    }

    // A compiler's function that ends in a call ends in one that does not return.
    private static bool IsHandWritten(Function function) => function.Unit is null || function.Unit.EndsWith(".S", StringComparison.Ordinal);

    /// <summary>Notes a control transfer; true when control may go on behind it.</summary>
    private bool Control(Function function, int section, long start, long end, in Decoded decoded, in SwitchHints hints, ref bool registers)
    {
        int offset = (int)(decoded.Offset - start);
        switch (decoded.Instruction.FlowControl)
        {
            case FlowControl.Call when decoded.Instruction.IsCallNear:
                Call(function, offset, in decoded, ref registers);
                return true;
            case FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch:
                Branch(function, section, start, end, in decoded, ref registers);
                return decoded.Instruction.FlowControl == FlowControl.ConditionalBranch;
            case FlowControl.IndirectCall:
                registers |= Indirect(function, offset, CallKind.Indirect, in decoded);
                return true;
            case FlowControl.IndirectBranch:
                if (!jumpTables.IsTable(function, in decoded, in hints)) { registers |= Indirect(function, offset, CallKind.IndirectTail, in decoded); }
                return false;
            case FlowControl.Return or FlowControl.Exception:
                return false;
            default:
                return true;
        }
    }

    private void Call(Function function, int offset, in Decoded decoded, ref bool registers)
    {
        if (decoded.Memory.Section >= 0 && decoded.Memory.Offset == decoded.Next && decoded.Memory.Symbol < 0 && code.At(decoded.Memory) == function) { return; } // call .+5: reads the instruction pointer
        if (code.At(decoded.Memory) is not { } target)
        {
            Add(new CallSite(offset, CallKind.Direct, -1, How: decoded.Memory.IsKnown ? "into code without a symbol" : "to nowhere"));
            return;
        }

        if (IsThunk(target.Name))
        {
            registers = true;
            Add(new CallSite(offset, CallKind.Indirect, -1, How: ThroughRegister));
            return;
        }

        if (target == function && decoded.Memory.Offset != code.StartOf(function).Start) { return; } // a call inside of the function is not a way out of it
        NoteHook(function, target, offset, decoded.Memory.Symbol);
        Add(new CallSite(offset, CallKind.Direct, target.Id));
    }

    private void Branch(Function function, int section, long start, long end, in Decoded decoded, ref bool registers)
    {
        Place to = decoded.Memory;
        if (to.Section == section && to.Offset >= start && to.Offset < end) { return; }
        if (code.At(to) is not { } target) { return; } // code without a symbol (.altinstr_aux) is followed as part of this function
        if (target == function) { return; }
        if (IsReturnThunk(target.Name)) { return; }
        if (IsThunk(target.Name))
        {
            registers = true;
            Add(new CallSite((int)(decoded.Offset - start), CallKind.IndirectTail, -1, How: ThroughRegister));
            return;
        }

        NoteHook(function, target, (int)(decoded.Offset - start), to.Symbol);
        NoteMiddle(function, target, to);
        Add(new CallSite((int)(decoded.Offset - start), CallKind.Tail, target.Id));
    }

    /// <summary>A call or jump through memory or a register; true if a register has to be traced.</summary>
    private bool Indirect(Function function, int offset, CallKind kind, in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        if (instruction.Op0Kind == OpKind.Register)
        {
            Add(new CallSite(offset, kind, -1, How: ThroughRegister));
            return true;
        }

        if (decoded.ThroughTable && code.At(decoded.Memory) is { } direct)
        {
            NoteHook(function, direct, offset, decoded.Memory.Symbol);
            Add(new CallSite(offset, kind == CallKind.Indirect ? CallKind.Direct : CallKind.Tail, direct.Id));
        }
        else if (decoded.Memory.Section > 0 && instruction.MemoryIndex == Register.None && instruction.SegmentPrefix is not (Register.GS or Register.FS))
        {
            Add(new CallSite(offset, kind, -1, slots.At(decoded.Memory).Id));
        }
        else if (decoded.Memory is { Section: < 0, Symbol: > 0 } && instruction.MemoryIndex == Register.None)
        {
            Add(new CallSite(offset, kind, -1, slots.At(decoded.Memory).Id));
        }
        else if (decoded.Memory.Section > 0 && instruction.MemoryBase == Register.None && instruction.MemoryIndexScale == 8 && instruction.SegmentPrefix is not (Register.GS or Register.FS) && slots.Array(decoded.Memory) is { } array)
        {
            Add(new CallSite(offset, kind, -1, array.Id));
        }
        else
        {
            Add(new CallSite(offset, kind, -1, How: ThroughMemory));
            return instruction.MemoryBase is not (Register.None or Register.RSP or Register.RBP);
        }

        return false;
    }

    private void NoteHook(Function function, Function target, int offset, int symbol)
    {
        if (!target.Is(FunctionFlags.Hook) || function.Is(FunctionFlags.Hook) || function.Is(FunctionFlags.Instrumented)) { return; }
        function.Flags |= FunctionFlags.Instrumented;
        string name = symbol > 0 && file.Symbols[symbol].Type != SymbolType.Section ? file.NameOf(symbol) : target.Name;
        function.Why = $"calls {name} at +0x{offset:x}" + (function.Why is null ? "" : $", {function.Why}");
    }

    private void NoteMiddle(Function function, Function target, Place to)
    {
        if (to.Offset == code.StartOf(target).Start || to.Section < 0) { return; }
        if (target.Name.StartsWith(function.Name, StringComparison.Ordinal) || function.Name.StartsWith(target.Name, StringComparison.Ordinal)) { return; } // its own cold part
        if (!MiddleEntries.TryGetValue(target.Id, out var entries)) { MiddleEntries.Add(target.Id, entries = []); }
        if (entries.Add(to.Offset)) { budget.Charge(64); }
    }

    /// <summary>A compiler's thunk that calls what a register holds.</summary>
    internal static bool IsThunk(string name)
        => name.StartsWith("__x86_indirect_", StringComparison.Ordinal) || name.StartsWith("__llvm_retpoline_", StringComparison.Ordinal);

    /// <summary>A thunk that returns.</summary>
    internal static bool IsReturnThunk(string name) => name.EndsWith("_return_thunk", StringComparison.Ordinal) || name.EndsWith("_return_thunk_init", StringComparison.Ordinal);

    private void Add(CallSite site)
    {
        budget.Charge(CallSiteCost);
        _calls.Add(site);
    }
}
