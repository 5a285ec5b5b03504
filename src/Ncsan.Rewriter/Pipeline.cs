using Mono.Cecil;
using Ncsan.Rewriter.Bodies;
using Ncsan.Rewriter.Passes;

namespace Ncsan.Rewriter;

/// <summary>The passes, in order, made anew for each module. A pass only adds probes to ops; the body is emitted once, after all of them.</summary>
internal sealed class Pipeline
{
    private readonly IOpPass[] _opPasses =
    [
        new FieldPass(),
        new ArrayElementPass(),
        new IndirectPass(),
        new BlockPass(),
        new AsyncLockPass(), // its prologue comes before whatever else the first instruction does
    ];

    // Order matters only between passes that look at the same call: hooks of an earlier pass run earlier.
    private readonly ICallPass[] _callPasses =
    [
        new MultiDimensionalArrayPass(),
        new MarkedAccessPass(),
        new BlockCallPass(),
        new UnsafeCallPass(),
        new FrameworkArgumentPass(),
        new CreationPass(),
        new CollectionPass(),

        // Waits for whatever the others announce before them; its own hook is the last thing before the lock.
        new LockPass(),
        new WaitAsyncPass(),
        new WaitPass(),

        // After whatever else looks at a call: an annotation speaks of what comes next.
        new AnnotationPass(),
        new FrameworkBarrierPass(), // after the accesses of the same call: what they hold back is ordered by what the call does
    ];

    internal void Run(ModuleContext module)
    {
        ModuleInitializerPass.Begin(module);
        var methods = module.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).ToList();
        foreach (var method in methods) { Rewrite(module, method); }
        TestPass.Run(module, methods); // wraps whole bodies, so it comes when they are final
        ModuleInitializerPass.End(module);
    }

    private void Rewrite(ModuleContext module, MethodDefinition method)
    {
        if (module.NoInstrument.Covers(method)) { module.Skip(SkipReason.NoInstrument); return; }
        var code = MethodCode.Decode(module, method);
        foreach (var op in code.Ops)
        {
            if (op.Inputs is null) { continue; }
            if (op.Region.IsInFilter) { continue; }
            foreach (var pass in _opPasses) { pass.Visit(code, op); }
            if (Invocation.Of(code, op) is { } call) { foreach (var pass in _callPasses) { pass.Visit(call); } }
        }

        if (!code.Ops.Exists(o => o.HasProbes)) { return; }
        new BodyEmitter(code, CopyPlan.Make(code, Segment.Cut(code))).Emit();
        module.MethodsInstrumented++;
    }
}
