using Mono.Cecil;
using Ncsan.Rewriter.Framework;
using Ncsan.Rewriter.Passes;
using Ncsan.Rewriter.Passes.Collections;
using Ncsan.Rewriter.Passes.Locks;
using Ncsan.Rewriter.Passes.Memory;

namespace Ncsan.Rewriter;

/// <summary>The passes, in order, made anew for each module. A pass only adds probes to ops; the body is emitted once, after all of them.</summary>
internal sealed class Pipeline
{
    private IOpPass[] _opPasses =
    [
        new TypeTouchPass(), // before the hook of an access, which touches the type itself
        new FieldPass(),
        new ArrayElementPass(),
        new IndirectPass(),
        new BlockPass(),
        new AsyncFlowPass(), // before the async lock pass, which takes note of who awaits the method
        new MethodGroupPass(),
        new AsyncLockPass(), // its prologue comes before whatever else the first instruction does
    ];

    // Order matters only between passes that look at the same call: hooks of an earlier pass run earlier.
    private ICallPass[] _callPasses =
    [
        new MultiDimensionalArrayPass(),
        new MarkedAccessPass(),
        new MemoryContractPass(),
        new BlockCallPass(),
        new ValueBytesPass(),
        new ReflectedFieldPass(),
        new UnsafeCallPass(),
        new MarshalCallPass(),
        new ElementCallPass(),
        new FrameworkArgumentPass(),
        new CreationPass(),
        new CollectionPass(),

        // Waits for whatever the others announce before them; its own hook is the last thing before the lock.
        new LockPass(),
        new SpinLockPass(),
        new NamedHandlePass(),
        new WaitAsyncPass(),
        new WaitPass(),
        new InlinePass(),
        new AwaitPass(),
        new AwaitedCallPass(),

        // After whatever else looks at a call: an annotation speaks of what comes next.
        new AnnotationPass(),
        new LockAnnotationPass(),
        new OrderingCallPass(),
        new LeafCallPass(), // last: only where no pass has put something else in the call's place
    ];

    /// <summary>The passes for the framework itself: its accesses and its locks. Its collections are made of accesses, and what it calls is as instrumented
    /// as it is.</summary>
    internal static Pipeline ForFramework() => new()
    {
        _opPasses = [new FieldPass(), new ArrayElementPass(), new IndirectPass(), new BlockPass(), new FrameworkTypePass()],
        _callPasses = [new MultiDimensionalArrayPass(), new MarkedAccessPass(), new MemoryContractPass(), new BlockCallPass(), new UnsafeCallPass(), new FrameworkLockPass(), new LeafCallPass()],
    };

    internal void Run(ModuleContext module)
    {
        if (module.Framework is not null)
        {
            foreach (var method in module.Methods) { Rewrite(module, method); }
            module.Leaves.AddTwins();
            FrameworkLockPass.Synchronized(module);
            FrameworkTypePass.Initializers(module);
            return;
        }

        ModuleInitializerPass.Begin(module);
        foreach (var method in module.Methods) { Rewrite(module, method); }
        foreach (var method in module.MethodGroups.Methods) { Rewrite(module, method); }
        module.Leaves.AddTwins();
        HiddenLockPass.Run(module, module.Methods);
        TestPass.Run(module, module.Methods); // wraps whole bodies, so it comes when they are final
        ModuleInitializerPass.End(module);
    }

    private void Rewrite(ModuleContext module, MethodDefinition method)
    {
        if (module.NoInstrument.Covers(method)) { module.Skip(SkipReason.NoInstrument); return; }
        if (module.Framework is { } framework && FrameworkBodies.WhyNot(method, framework.IsDenied) is not null) { return; }
        bool isSmall = Inlining.IsWorthwhile(module, method);
        int sites = module.Sites.Count;
        if (Decode(module, method) is not { } code) { return; }
        try
        {
            AddProbes(code);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nothing is emitted yet, so one method that a pass cannot digest costs itself and not its assembly.
            module.Sites.Truncate(sites);
            module.LeaveClean(method, "NCS9011", $"a pass failed on it ({e.Message.TrimEnd('.')}); please report this");
            return;
        }

        if (!code.Ops.Exists(o => o.HasProbes || o.Twin is not null)) { return; }
        bool leaves = CheckedMethod.IsPossible(code);
        var segments = Segment.Cut(code, leaves);
        if (SizeGuard.WouldNotBeOptimized(code, segments))
        {
            module.Sites.Truncate(sites);
            module.LeaveClean(method, "NCS1010", "with its checked copy it would be too large for the JIT to optimize");
            return;
        }

        Emit(code, CopyPlan.Make(code, segments, leaves), sites..module.Sites.Count, leaves);
        if (isSmall) { method.AggressiveInlining = true; }
        module.MethodsInstrumented++;
    }

    private static void Emit(MethodCode code, FlowGraph graph, Range sites, bool leaves)
    {
        var separate = leaves ? CheckedMethod.For(code, graph) : null;
        if (separate is not null)
        {
            code.Method.DeclaringType.Methods.Add(separate.Method);
            new BodyEmitter(code, graph, sites, separate, original: false).Emit();
            foreach (var copy in graph.Segments.Where(s => s.Region == code.Root).Select(s => s.Copy).OfType<LoopCopy>().Distinct()) { copy.Discard(); }
        }

        new BodyEmitter(code, graph, sites, separate).Emit();
    }

    private void AddProbes(MethodCode code)
    {
        ReadModifyWrite.Mark(code);
        ValidatedRead.Mark(code);
        bool benign = code.Module.Framework is not null && BenignRaces.Covers(code.Method);
        foreach (var op in code.Ops)
        {
            if (op.Inputs is null) { continue; }
            if (op.Region.IsInFilter)
            {
                if (Leaves.IsAccess(op.Code)) { code.Module.Skip(SkipReason.Filter); }
                continue;
            }

            op.IsMarked |= code.Module.Framework is not null && (benign || BenignRaces.Covers(op));
            foreach (var pass in _opPasses) { pass.Visit(code, op); }
            if (op.Code == Mono.Cecil.Cil.Code.Calli) { op.OrdersMemory = true; }
            if (Invocation.Of(code, op) is { } call) { foreach (var pass in _callPasses) { pass.Visit(call); } }
        }
    }

    // What an obfuscator made unreadable still has to run; one such method is no reason to leave the others.
    private static MethodCode? Decode(ModuleContext module, MethodDefinition method)
    {
        try
        {
            return MethodCode.Decode(module, method);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            module.LeaveClean(method, "NCS1011", "its IL cannot be followed");
            return null;
        }
    }
}
