using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>
/// The JIT compiles a method without optimizing it when it has more than 60,000 bytes of IL, 20,000 instructions, 2,000 basic blocks, 2,000 locals or 8,000
/// references to locals (DEFAULT_MIN_OPTS_* in jit/compiler.h). A method that the rewriter would push over one of these stays clean.
/// </summary>
internal static class SizeGuard
{
    // With some room, since these are estimates of what the emitter will do, made before anything is changed.
    private const int MaxBytes = 50_000, MaxInstructions = 17_000, MaxBlocks = 1_700, MaxLocals = 1_700, MaxReferences = 6_500;

    // A hook call with what leads to it.
    private const int ProbeBytes = 28, ProbeInstructions = 8, ProbeReferences = 3;

    internal static bool WouldNotBeOptimized(MethodCode code, List<Segment> segments)
    {
        if (code.Ops.Count < 500) { return false; }
        int probes = 0, copied = 0, references = 0, tests = 0;
        foreach (var segment in segments)
        {
            if (!segment.HasCheckedProbes) { references += segment.Ops.Count(IsReference); continue; }
            tests++;
            foreach (var op in segment.Ops)
            {
                copied++;
                probes += op.HasCheckedProbes ? 1 : 0;
                references += IsReference(op) ? 2 : 0;
            }
        }

        int bytes = code.Method.Body.CodeSize, copiedBytes = (int)((long)bytes * copied / code.Ops.Count);
        return bytes + copiedBytes + (probes * ProbeBytes) + (tests * 15) > MaxBytes
            || code.Ops.Count + copied + (probes * ProbeInstructions) + (tests * 3) > MaxInstructions
            || segments.Count + (tests * 2) > MaxBlocks
            || code.Method.Body.Variables.Count > MaxLocals
            || references + (probes * ProbeReferences) > MaxReferences;
    }

    private static bool IsReference(Op op) => Locals.IsLoad(op.Code) || Locals.IsStore(op.Code) || Locals.IsAddress(op.Code) || op.Code is Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 or Code.Ldarg_S or Code.Ldarg;
}
