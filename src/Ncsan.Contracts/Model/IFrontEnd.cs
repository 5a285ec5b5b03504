namespace Ncsan.Contracts.Model;

/// <summary>What a front end answers on demand, because keeping it for every function would cost more than the whole graph.</summary>
public interface IFrontEnd
{
    /// <summary>How control goes through <paramref name="function"/>.</summary>
    FlowGraph Flow(Function function);

    /// <summary>The instruction at a call site as a disassembler prints it, with what its relocation or token means: <c>call qword ptr [pv_ops+0x120]  ; pv_ops.irq.save_fl</c>.</summary>
    string Instruction(Function function, CallSite site);

    /// <summary>Where a call site is in the source (<c>file:line</c>) or in the binary (<c>section+offset</c>).</summary>
    string Location(Function function, int offset);

    /// <summary>The whole function, one line an instruction, with relocations, slot names, hook calls and region notes.</summary>
    IEnumerable<ListingLine> Listing(Function function);
}

/// <summary>One line of a disassembly.</summary>
/// <param name="Offset">Where in the function.</param>
/// <param name="Text">The instruction.</param>
/// <param name="Comment">What it means to the verifier ("hook", "pv_ops.irq.save_fl", "region begins"), or null.</param>
public readonly record struct ListingLine(int Offset, string Text, string? Comment);
