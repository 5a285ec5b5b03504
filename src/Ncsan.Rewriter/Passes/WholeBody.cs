using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Ncsan.Rewriter.Passes;

/// <summary>Puts a method's final body into a try whose finally runs however the method is left. No access moves, no site changes.</summary>
internal static class WholeBody
{
    /// <summary>Runs <paramref name="enter"/> before the body and <paramref name="leave"/> after it.</summary>
    internal static void Wrap(MethodDefinition method, IReadOnlyList<Instruction> enter, IReadOnlyList<Instruction> leave)
    {
        var body = method.Body;
        body.SimplifyMacros();
        var code = body.Instructions;
        bool returns = method.ReturnType.MetadataType != MetadataType.Void;
        var result = returns ? new VariableDefinition(method.ReturnType) : null;
        if (result is not null)
        {
            body.Variables.Add(result);
            body.InitLocals = true;
        }

        // A jump out of a try is a leave, and a tail call would take the finally's frame away.
        var end = returns ? Instruction.Create(OpCodes.Ldloc, result) : Instruction.Create(OpCodes.Ret);
        for (int i = 0; i < code.Count; i++)
        {
            if (code[i].OpCode == OpCodes.Tail) { code[i].OpCode = OpCodes.Nop; }
            if (code[i].OpCode != OpCodes.Ret) { continue; }
            code[i].OpCode = returns ? OpCodes.Stloc : OpCodes.Leave;
            code[i].Operand = returns ? result : end;
            if (returns) { code.Insert(++i, Instruction.Create(OpCodes.Leave, end)); }
        }

        var first = code[0];
        for (int i = 0; i < enter.Count; i++) { code.Insert(i, enter[i]); }
        foreach (var instruction in leave) { code.Add(instruction); }
        var handler = leave[0];
        code.Add(Instruction.Create(OpCodes.Endfinally));
        code.Add(end);
        if (returns) { code.Add(Instruction.Create(OpCodes.Ret)); }

        // Inner regions come first in the table, so the outermost is the last.
        body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Finally) { TryStart = first, TryEnd = handler, HandlerStart = handler, HandlerEnd = end });
        foreach (var inner in body.ExceptionHandlers) { inner.HandlerEnd ??= handler; }
        body.OptimizeMacros();
    }
}
