using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>Makes the flow graph of one function: every instruction a node, with the edges that only special sections know.</summary>
/// <remarks>
/// Code that no symbol names (<c>.altinstr_aux</c>), replacements, and the compiler's cold parts are followed as part of the function. What they call
/// becomes a call site of the function with a negative offset, which <see cref="OutsidePlaces"/> resolves.
/// </remarks>
internal sealed partial class FlowBuilder(ElfProgram program)
{
    private const int MostNodes = 200_000, AssertionReach = 5;

    private readonly Dictionary<int, SectionDecoder> _decoders = [];
    private readonly Dictionary<(int Function, int Section, long Offset), int> _outsideSites = [];

    /// <summary>Places outside of their function's body; the call site's offset is -2 minus the index.</summary>
    internal List<Place> OutsidePlaces { get; } = [];

    private ElfProgram Program => program;

    /// <summary>Adds what replacements call to the call sites of the functions they are patched into.</summary>
    internal void AddAlternatives()
    {
        foreach (List<ElfAlternative> list in program.Special.Alternatives.Values)
        {
            foreach (ElfAlternative alternative in list)
            {
                if (alternative.Length == 0 || program.Code.At(alternative.Original) is not { } owner || !program.File.Sections[alternative.Replacement.Section].IsCode) { continue; }
                SectionDecoder decoder = DecoderAt(alternative.Replacement.Section, alternative.Replacement.Offset);
                long end = alternative.Replacement.Offset + alternative.Length;
                for (long at = alternative.Replacement.Offset; at < end && decoder.Next(out Decoded decoded); at = decoded.Next)
                {
                    if (LeavesFunction(owner, in decoded)) { OutsideSite(owner, in decoded, alternative.Replacement.Section, CodeScanner.Alternative); }
                }
            }
        }
    }

    /// <summary>How control goes through a function.</summary>
    internal FlowGraph Build(Function function)
    {
        (int section, long start) = program.Code.StartOf(function);
        if (section <= 0) { return new FlowGraph([]); }
        var walk = new Walk(this, function, section, start);
        return walk.Run();
    }

    private SectionDecoder DecoderAt(int section, long offset)
    {
        if (!_decoders.TryGetValue(section, out SectionDecoder? decoder)) { _decoders.Add(section, decoder = new SectionDecoder(program.File, program.File.Sections[section])); }
        decoder.Seek(offset);
        return decoder;
    }

    private bool LeavesFunction(Function function, in Decoded decoded) => decoded.Instruction.FlowControl switch
    {
        FlowControl.Call => decoded.Instruction.IsCallNear && !IsInnerCall(function, in decoded),
        FlowControl.IndirectCall or FlowControl.IndirectBranch => true,
        FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch => program.Code.At(decoded.Memory) is { } target && !JumpTables.IsPartOf(function, target) && !CodeScanner.IsReturnThunk(target.Name),
        _ => false,
    };

    // `call 1f; int3; 1:` fills the return stack; nothing is called.
    private bool IsInnerCall(Function function, in Decoded decoded)
        => decoded.Memory.Section > 0 && decoded.Memory.Symbol < 0 && (program.Code.At(decoded.Memory) is not { } target || (target == function && decoded.Memory.Offset != program.Code.StartOf(function).Start));

    /// <summary>The call site at a place outside of the function's body, made if it is new.</summary>
    private int OutsideSite(Function function, in Decoded decoded, int section, string how)
    {
        if (_outsideSites.TryGetValue((function.Id, section, decoded.Offset), out int known)) { return known; }
        bool jump = decoded.Instruction.FlowControl is not (FlowControl.Call or FlowControl.IndirectCall);
        int offset = -2 - OutsidePlaces.Count;
        OutsidePlaces.Add(new Place(section, decoded.Offset));
        CallSite site;
        if (decoded.Instruction.FlowControl is FlowControl.IndirectCall or FlowControl.IndirectBranch)
        {
            bool slot = decoded.Instruction.Op0Kind == OpKind.Memory && decoded.Memory.IsKnown && decoded.Instruction.MemoryIndex == Register.None;
            CallKind kind = jump ? CallKind.IndirectTail : CallKind.Indirect;
            site = slot && program.Slots.TryAt(decoded.Memory.Section, decoded.Memory.Offset, out Slot found) ? new CallSite(offset, kind, -1, found.Id, how)
                : new CallSite(offset, kind, -1, -1, how + ", " + (decoded.Instruction.Op0Kind == OpKind.Register ? CodeScanner.ThroughRegister : CodeScanner.ThroughMemory));
        }
        else if (program.Code.At(decoded.Memory) is { } target && CodeScanner.IsThunk(target.Name))
        {
            site = new CallSite(offset, jump ? CallKind.IndirectTail : CallKind.Indirect, -1, -1, how + ", " + CodeScanner.ThroughRegister);
        }
        else
        {
            site = new CallSite(offset, jump ? CallKind.Tail : CallKind.Implicit, program.Code.At(decoded.Memory)?.Id ?? -1, -1, how);
        }

        _outsideSites.Add((function.Id, section, decoded.Offset), function.Calls.Length);
        function.Calls = [.. function.Calls, site];
        return function.Calls.Length - 1;
    }
}
