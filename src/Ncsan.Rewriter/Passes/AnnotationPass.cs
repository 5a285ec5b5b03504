using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Passes.Memory;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes;

/// <summary>
/// Calls to Ncsan.Annotations become hook calls. Scopes begin and end in both copies, since State may change in between; what only looks
/// stands in the checked copy. The calls themselves stay: they return the scope and are inlined to nothing.
/// </summary>
internal sealed class AnnotationPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (!call.DeclaringType.StartsWith("Ncsan.Annotations.", StringComparison.Ordinal)) { return; }
        switch (call.DeclaringType["Ncsan.Annotations.".Length..], call.Name)
        {
            case ("DataRace", "Ignore"): call.Before(Copies.Both, nameof(Hooks.IgnoreBegin), -1); break;
            case ("DataRace/IgnoreScope", "Dispose"): call.Before(Copies.Both, nameof(Hooks.IgnoreEnd), -1); break;
            case ("DataRace", "Write"): IntendedWrite(call); break;
            case ("AssertExclusive", "Writer"): Assert(call, Copies.Checked, nameof(Hooks.AssertExclusiveWriter)); break;
            case ("AssertExclusive", "Access"): Assert(call, Copies.Checked, nameof(Hooks.AssertExclusiveAccess)); break;
            case ("AssertExclusive", "Bits"): Assert(call, Copies.Checked, nameof(Hooks.AssertExclusiveBits)); break;
            case ("AssertExclusive", "WriterScoped"): Assert(call, Copies.Both, nameof(Hooks.AssertWriterScopeBegin)); break;
            case ("AssertExclusive", "AccessScoped"): Assert(call, Copies.Both, nameof(Hooks.AssertAccessScopeBegin)); break;
            case ("AssertExclusive/Scope", "Dispose"): call.Before(Copies.Both, nameof(Hooks.AssertScopeEnd), -1); break;
            case ("Rendezvous", "Between"): call.Before(Copies.Both, nameof(Hooks.RendezvousBegin), -1, 0, 1); break;
            case ("Rendezvous/Scope", "Dispose"): call.Before(Copies.Both, nameof(Hooks.RendezvousEnd), -1); break;
            case ("AtomicRegion", "Nestable"): call.Before(Copies.Both, nameof(Hooks.AtomicNestableBegin), -1); break;
            case ("AtomicRegion/NestableScope", "Dispose"): call.Before(Copies.Both, nameof(Hooks.AtomicNestableEnd), -1); break;
            case ("AtomicRegion", "Flat"): call.Before(Copies.Both, nameof(Hooks.AtomicFlatBegin), -1); break;
            case ("AtomicRegion/FlatScope", "Dispose"): call.Before(Copies.Both, nameof(Hooks.AtomicFlatEnd), -1); break;
        }
    }

    private static void Assert(Invocation call, Copies copies, string hook)
    {
        var type = LocationType(call);
        int site = call.Site(SiteKind.Assertion, IndirectPass.Member(call.Op.Inputs![0], type));
        int[] arguments = call.ArgumentCount == 1 ? [0] : [0, 1];
        call.Add(copies, after: false, arguments, w =>
        {
            w.Site(site);
            w.Emit(OpCodes.Call, call.Module.Hooks.Generic(hook, type));
        });
    }

    /// <summary>
    /// The write itself happens in Ncsan.Annotations, which is not instrumented. It is told to the runtime as an ignored write, so that another
    /// thread's watchpoint knows where the new value came from. An intended read changes nothing and needs no word.
    /// </summary>
    private static void IntendedWrite(Invocation call)
    {
        var type = LocationType(call);
        int site = call.Site(SiteKind.Write, IndirectPass.Member(call.Op.Inputs![0], type));
        call.Before(Copies.Checked, nameof(Hooks.IgnoreBegin), -1);
        call.Add(Copies.Checked, after: false, [0], w =>
        {
            w.Site(site);
            w.Emit(OpCodes.Call, call.Module.Hooks.Generic(nameof(Hooks.WriteValue), type));
        });
        call.Before(Copies.Checked, nameof(Hooks.IgnoreEnd), -1);
    }

    private static TypeReference LocationType(Invocation call) => ((GenericInstanceMethod)call.Method).GenericArguments[0];
}
