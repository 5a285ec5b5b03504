using Iced.Intel;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>What a register is known to hold.</summary>
internal enum Holds : byte
{
    /// <summary>Nothing is known.</summary>
    Unknown,

    /// <summary>The address of a place.</summary>
    Address,

    /// <summary>What was read from a place.</summary>
    Loaded,

    /// <summary>A number.</summary>
    Constant,

    /// <summary>What was read from some element of the array at a place.</summary>
    Element,
}

/// <summary>A value that was followed through registers.</summary>
internal readonly record struct Value(Holds Kind, Place Place, long Number = 0);

/// <summary>
/// Follows addresses, constants and loaded pointers through registers. Where paths meet it keeps what all of them know; where a loop, a switch or
/// a patched jump can arrive everything is forgotten, so that what it does know is true on every path. Code that was not optimised keeps its variables in
/// its frame: those are followed too, as long as nothing takes the address of one.
/// </summary>
internal sealed class RegisterTracker
{
    private const int General = 16, Total = 32, MostVariables = 32;

    private static readonly Register[] s_clobbered =
        [Register.RAX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.R8, Register.R9, Register.R10, Register.R11];

    private readonly Value[] _values = new Value[Total];

    // The upper eight bytes of the vector registers: a compiler stores two pointers at once.
    private readonly Value[] _upper = new Value[Total - General];
    private readonly Value[] _frame = new Value[MostVariables];
    private readonly Dictionary<long, int> _variables = [];
    private readonly InstructionInfoFactory _info = new();
    private bool _hasFrame;

    /// <summary>What a register holds.</summary>
    internal Value this[Register register] => Index(register) is >= 0 and int index ? _values[index] : default;

    /// <summary>What the second eight bytes of a vector register hold.</summary>
    internal Value Upper(Register register) => Index(register) is >= General and int index ? _upper[index - General] : default;

    /// <summary>Begins a function. Whether it addresses its variables from <c>%rbp</c>, and nothing else can reach them, is for the caller to say.</summary>
    internal void Begin(bool hasFrame)
    {
        _hasFrame = hasFrame;
        _variables.Clear();
        Forget();
    }

    /// <summary>Forgets everything.</summary>
    internal void Forget()
    {
        Array.Clear(_values);
        Array.Clear(_upper);
        Array.Clear(_frame);
    }

    /// <summary>What is known now, to be kept for a place that is branched to.</summary>
    internal Value[] Snapshot() => [.. _values, .. _upper, .. _frame];

    /// <summary>Keeps only what <paramref name="other"/> knows as well.</summary>
    internal void Meet(Value[] other)
    {
        Meet(_values, other);
        Meet(_upper, other.AsSpan(Total));
        Meet(_frame, other.AsSpan(Total + _upper.Length));
    }

    private static void Meet(Value[] here, ReadOnlySpan<Value> there)
    {
        for (int i = 0; i < here.Length; i++) { if (here[i] != there[i]) { here[i] = default; } }
    }

    /// <summary>Knows what a snapshot knew.</summary>
    internal void Restore(Value[] snapshot)
    {
        snapshot.AsSpan(0, Total).CopyTo(_values);
        snapshot.AsSpan(Total, _upper.Length).CopyTo(_upper);
        snapshot.AsSpan(Total + _upper.Length).CopyTo(_frame);
    }

    /// <summary>Forgets what a called function may change.</summary>
    internal void Call()
    {
        foreach (Register register in s_clobbered) { _values[Index(register)] = default; }
        Array.Clear(_values, General, Total - General);
        Array.Clear(_upper);
    }

    /// <summary>The place that a memory operand names, through its relocation or a register whose address is known.</summary>
    internal Place MemoryOf(in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        if (instruction.MemoryIndex != Register.None || instruction.SegmentPrefix is Register.GS or Register.FS) { return Place.None; }
        if (decoded.Memory.IsKnown) { return instruction.MemoryBase is Register.None or Register.RIP or Register.EIP ? decoded.Memory : Place.None; }
        return this[instruction.MemoryBase] is { Kind: Holds.Address } value
            ? value.Place with { Offset = unchecked(value.Place.Offset + (long)instruction.MemoryDisplacement64) }
            : Place.None;
    }

    /// <summary>The array that an indexed memory operand reads an element of: its relocation, or a register whose address is known.</summary>
    internal Place ArrayOf(in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        if (instruction.MemoryIndex == Register.None || instruction.SegmentPrefix is Register.GS or Register.FS) { return Place.None; }
        if (decoded.Memory.IsKnown) { return instruction.MemoryBase == Register.None ? decoded.Memory : Place.None; }
        return this[instruction.MemoryBase] is { Kind: Holds.Address } value ? value.Place with { Offset = unchecked(value.Place.Offset + (long)instruction.MemoryDisplacement64) }
            : this[instruction.MemoryIndex] is { Kind: Holds.Address } index && instruction.MemoryIndexScale == 1 ? index.Place with { Offset = unchecked(index.Place.Offset + (long)instruction.MemoryDisplacement64) }
            : Place.None;
    }

    /// <summary>Takes the effect of an instruction that is no call.</summary>
    internal void Step(in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        Value result = instruction.Op0Kind == OpKind.Register ? Result(in decoded) : default;
        Value upper = instruction.Op0Kind == OpKind.Register && Index(instruction.Op0Register) >= General ? UpperResult(in decoded, result) : default;
        foreach (UsedRegister used in _info.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite && Index(used.Register) is >= 0 and int index)
            {
                _values[index] = default;
                if (index >= General) { _upper[index - General] = default; }
            }
        }

        if (result.Kind != Holds.Unknown && Index(instruction.Op0Register) is >= 0 and int target) { _values[target] = result; }
        if (upper.Kind != Holds.Unknown && Index(instruction.Op0Register) is >= General and int vector) { _upper[vector - General] = upper; }
        if (instruction.Op0Kind == OpKind.Memory && IsVariable(instruction) && WritesMemory(in decoded)) { Keep(in decoded); }
    }

    private bool IsVariable(in Instruction instruction)
        => _hasFrame && instruction.MemoryBase == Register.RBP && instruction.MemoryIndex == Register.None && instruction.SegmentPrefix is not (Register.GS or Register.FS);

    private void Keep(in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        long at = (long)instruction.MemoryDisplacement64;
        int size = Math.Max(1, instruction.MemorySize.GetSize());
        foreach ((long offset, int index) in _variables) { if (offset < at + size && at < offset + 8) { _frame[index] = default; } }
        if (instruction.Mnemonic != Mnemonic.Mov || size != 8) { return; }
        Value value = instruction.Op1Kind == OpKind.Register ? this[instruction.Op1Register] : decoded.Constant.IsKnown ? new Value(Holds.Address, decoded.Constant) : default;
        if (!_variables.TryGetValue(at, out int variable))
        {
            if (_variables.Count == MostVariables) { return; }
            _variables.Add(at, variable = _variables.Count);
        }

        _frame[variable] = value;
    }

    /// <summary>Whether an instruction writes its memory operand.</summary>
    internal bool WritesMemory(in Decoded decoded)
        => _info.GetInfo(decoded.Instruction).Op0Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite;

    private Value Result(in Decoded decoded)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Lea:
                return MemoryOf(in decoded) is { IsKnown: true } place ? new Value(Holds.Address, place) : default;
            case Mnemonic.Xor or Mnemonic.Pxor or Mnemonic.Xorps or Mnemonic.Xorpd when instruction.Op1Kind == OpKind.Register && instruction.Op0Register == instruction.Op1Register:
                return new Value(Holds.Constant, Place.None);
            case Mnemonic.Mov when instruction.Op1Kind == OpKind.Memory:
                return Loaded(in decoded, instruction.Op0Register.GetSize() == 8);
            case Mnemonic.Mov when instruction.Op1Kind == OpKind.Register:
                return instruction.Op0Register.GetSize() >= 4 ? this[instruction.Op1Register] : default;
            case Mnemonic.Mov when decoded.Constant.IsKnown:
                return new Value(Holds.Address, decoded.Constant);
            case Mnemonic.Mov when instruction.Op1Kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64:
                return new Value(Holds.Constant, Place.None, (long)instruction.GetImmediate(1));
            case Mnemonic.Movups or Mnemonic.Movaps or Mnemonic.Movdqu or Mnemonic.Movdqa or Mnemonic.Movq when instruction.Op1Kind == OpKind.Memory:
                return Loaded(in decoded, true);
            case Mnemonic.Movq or Mnemonic.Movaps or Mnemonic.Movups or Mnemonic.Movdqa or Mnemonic.Movdqu when instruction.Op1Kind == OpKind.Register:
                return this[instruction.Op1Register];
            case Mnemonic.Movhps or Mnemonic.Movhpd or Mnemonic.Punpcklqdq or Mnemonic.Pinsrq:
                return this[instruction.Op0Register];
            default:
                return default;
        }
    }

    private Value UpperResult(in Decoded decoded, Value lower)
    {
        ref readonly Instruction instruction = ref decoded.Instruction;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Movhps or Mnemonic.Movhpd or Mnemonic.Punpcklqdq or Mnemonic.Pinsrq:
                return instruction.Op1Kind == OpKind.Register ? this[instruction.Op1Register] : Loaded(in decoded, true);
            case Mnemonic.Pxor or Mnemonic.Xorps or Mnemonic.Xorpd:
                return lower;
            case Mnemonic.Movaps or Mnemonic.Movups or Mnemonic.Movdqa or Mnemonic.Movdqu:
                if (instruction.Op1Kind == OpKind.Register) { return Upper(instruction.Op1Register); }
                if (lower is { Kind: Holds.Element }) { return lower; }
                return lower is { Kind: Holds.Loaded } ? lower with { Place = lower.Place with { Offset = lower.Place.Offset + 8 } } : default;
            default:
                return default;
        }
    }

    private Value Loaded(in Decoded decoded, bool wide)
        => decoded.ThroughTable ? new Value(Holds.Address, decoded.Memory)
            : IsVariable(decoded.Instruction) ? wide && _variables.TryGetValue((long)decoded.Instruction.MemoryDisplacement64, out int variable) ? _frame[variable] : default
            : wide && MemoryOf(in decoded) is { IsKnown: true } place ? new Value(Holds.Loaded, place)
            : wide && ArrayOf(in decoded) is { Section: > 0 } array ? new Value(Holds.Element, array)
            : default;

    private static int Index(Register register)
    {
        Register full = register.GetFullRegister();
        if (full is >= Register.RAX and <= Register.R15) { return full - Register.RAX; }
        if (register is >= Register.XMM0 and <= Register.XMM15) { return General + (register - Register.XMM0); }
        return full is >= Register.ZMM0 and <= Register.ZMM15 ? General + (full - Register.ZMM0) : -1;
    }
}
