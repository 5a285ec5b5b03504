using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>Keeps the symbols of a body exact while its instructions move: lines, scopes of locals, async steps.</summary>
internal static class DebugInformation
{
    /// <summary>The same lines at another instruction.</summary>
    internal static SequencePoint At(Instruction instruction, SequencePoint original) => new(instruction, original.Document)
    {
        StartLine = original.StartLine,
        StartColumn = original.StartColumn,
        EndLine = original.EndLine,
        EndColumn = original.EndColumn,
    };

    /// <summary>Points everything that named an original offset to the first instruction that was emitted for the op there, in the clean copy.</summary>
    internal static void Remap(MethodCode code, Instruction?[] cleanStart, List<SequencePoint> points)
    {
        var debug = code.Method.DebugInformation;
        if (debug is null) { return; }
        debug.SequencePoints.Clear();
        foreach (var point in points) { debug.SequencePoints.Add(point); }
        if (debug.Scope is { } scope) { Remap(scope); }
        foreach (var custom in code.Method.CustomDebugInformations)
        {
            if (custom is AsyncMethodBodyDebugInformation body)
            {
                if (body.CatchHandler.Offset >= 0) { body.CatchHandler = Map(body.CatchHandler); }
                Remap(body.Yields);
                Remap(body.Resumes);
            }
            else if (custom is StateMachineScopeDebugInformation machine)
            {
                foreach (var range in machine.Scopes) { (range.Start, range.End) = (Map(range.Start), Map(range.End)); }
            }
        }

        void Remap(object part)
        {
            switch (part)
            {
                case ScopeDebugInformation inner:
                    (inner.Start, inner.End) = (Map(inner.Start), Map(inner.End));
                    foreach (var child in inner.Scopes) { Remap(child); }
                    break;
                case IList<InstructionOffset> offsets:
                    for (int i = 0; i < offsets.Count; i++) { offsets[i] = Map(offsets[i]); }
                    break;
            }
        }

        InstructionOffset Map(InstructionOffset offset) =>
            offset.IsEndOfMethod ? offset : code.AtOffset(offset.Offset) is { } op && cleanStart[op.Index] is { } start ? new(start) : default;
    }
}
