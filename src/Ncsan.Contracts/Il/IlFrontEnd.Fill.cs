using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il;

/// <summary>From what the passes found to the model.</summary>
public sealed partial class IlFrontEnd
{
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<DynamicCall, Slot> _slotOf = [];

    private void Fill(IlPass whole, IlPass precise)
    {
        // Only what the precise pass read is proved; the rest of the program is there for slots, copies and paths from its entries.
        if (!OnlySanitizer)
        {
            foreach (IlMethod method in whole.Reached) { FunctionOf(method); }
        }

        foreach (IlMethod method in precise.Reached) { FunctionOf(method); }
        long edges = 0;
        int read = 0, indirect = 0, resolved = 0;
        for (int i = 0; i < _methods.Count; i++)
        {
            IlMethod method = _methods[i];
            bool proved = precise.IsScanned(method);
            IReadOnlyList<IlCall> calls = IsCut(method) ? [] : (proved ? precise : whole).CallsOf(method);
            Function function = _functions[method];
            function.Calls = Translate(calls);
            if (!proved && !_options.WholeClosure) { continue; }
            read++;
            foreach (CallSite site in function.Calls)
            {
                edges += Graph.TargetsOf(site).Count();
                if (site.Kind is not (CallKind.Indirect or CallKind.IndirectTail)) { continue; }
                indirect++;
                if (site.Slot >= 0 && Graph.Slots[site.Slot].Incomplete is null) { resolved++; }
            }
        }

        MarkSafe();
        int guarded = _methods.Count(m => m.Role != AssemblyRole.Framework && _protection.IsProtected(m) && m.HasBody);
        Size = new IlProofSize(_world.Given.Count, read, guarded, edges, indirect, resolved);
    }

    private Function FunctionOf(IlMethod method)
    {
        if (_functions.TryGetValue(method, out Function? function)) { return function; }
        (FunctionFlags flags, string? why) = _protection.Of(method);
        function = Graph.Add(new Function(method.Name)
        {
            Flags = flags,
            Why = why,
            Unit = method.Definition.Module.Assembly.Name.Name,
            Section = IlNames.Full(method.Definition.DeclaringType),
            Size = method.Role == AssemblyRole.Framework ? 0 : method.Body?.CodeSize ?? 0,
        });
        _functions.Add(method, function);
        _methods.Add(method);
        return function;
    }

    private CallSite[] Translate(IReadOnlyList<IlCall> calls)
    {
        var sites = new List<CallSite>(calls.Count);
        foreach (IlCall call in calls.OrderBy(c => c.Offset).ThenBy(c => c.Kind == CallKind.Implicit ? 0 : 1))
        {
            if (call.Target is { } marker && FlowBuilder.RegionEvent(marker) != FlowEvent.None) { continue; }
            int target = call.Target is null ? -1 : FunctionOf(call.Target).Id;
            int slot = call.Through is null ? -1 : SlotOf(call.Through).Id;
            string? how = call.Target is { } called && IsDebugOnly(called) ? CallSite.DebugAssertion : call.How;
            sites.Add(new CallSite(call.Offset, call.Kind, target, slot, how));
        }

        return [.. sites];
    }

    // Only a debug build makes the call: Debug.Assert and everything else that is [Conditional("DEBUG")]. The blob, not the arguments: of those Cecil
    // makes as many as a damaged attribute says it has.
    private static bool IsDebugOnly(IlMethod method)
        => method.Definition.HasCustomAttributes && method.Definition.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Diagnostics.ConditionalAttribute"
            && a.GetBlob().AsSpan().SequenceEqual("\u0001\0\u0005DEBUG\0\0"u8));

    // Call sites that can run the same methods through the same name are one slot.
    private Slot SlotOf(DynamicCall call)
    {
        if (_slotOf.TryGetValue(call, out Slot? known)) { return known; }
        List<(Function Function, string Source)> targets = [.. call.Targets.Select(t => (FunctionOf(t.Key), t.Value)).OrderBy(t => t.Item1.Id)];
        string key = $"{call.Name}|{call.Place}|{call.Incomplete}|{string.Join(',', targets.Select(t => t.Function.Id))}";
        if (!_slots.TryGetValue(key, out Slot? slot))
        {
            slot = Graph.Add(new Slot(call.Name) { Place = call.Place, Incomplete = call.Incomplete });
            foreach ((Function function, string source) in targets) { slot.Targets.Add(new SlotTarget(function.Id, source)); }
            _slots.Add(key, slot);
        }

        return _slotOf[call] = slot;
    }

    // Code that is neither protected nor instrumented (the framework, constructors that touch nothing) may be called from protected code if it cannot
    // lead to instrumented code. Backwards from the instrumented methods, through such code only.
    private void MarkSafe()
    {
        var callers = new Dictionary<int, List<int>>();
        foreach (Function function in Graph.Functions)
        {
            if (!IsTransparent(function)) { continue; }
            foreach (CallSite site in function.Calls)
            {
                foreach (int target in Graph.TargetsOf(site))
                {
                    if (!callers.TryGetValue(target, out List<int>? list)) { callers.Add(target, list = []); }
                    list.Add(function.Id);
                }
            }
        }

        int[] towards = new int[Graph.Functions.Count];
        Array.Fill(towards, -1);
        var queue = new Queue<int>();
        foreach (Function function in Graph.Functions)
        {
            if (IsTransparent(function) && IsDebugOnly(_methods[function.Id]))
            {
                function.Why = "a debug assertion: when it fails it formats a stack trace and calls every trace listener of the program";
                towards[function.Id] = function.Id;
                queue.Enqueue(function.Id);
            }
            else if (!IsTransparent(function) && !function.Is(FunctionFlags.Protected)) { queue.Enqueue(function.Id); }
            else if (function.Is(FunctionFlags.Hook) || function.Is(FunctionFlags.Protected | FunctionFlags.Instrumented)) { queue.Enqueue(function.Id); }
        }

        while (queue.TryDequeue(out int at))
        {
            if (!callers.TryGetValue(at, out List<int>? from)) { continue; }
            foreach (int caller in from)
            {
                if (towards[caller] >= 0) { continue; }
                towards[caller] = at;
                queue.Enqueue(caller);
            }
        }

        foreach (Function function in Graph.Functions)
        {
            if (!IsTransparent(function)) { continue; }
            if (towards[function.Id] < 0)
            {
                function.Flags |= FunctionFlags.Safe;
                function.Why ??= "not instrumented, and nothing that it can reach is";
            }
            else if (towards[function.Id] != function.Id) { function.Why = "not instrumented itself, but it leads to instrumented code: " + Chain(function.Id, towards); }
        }
    }

    private string Chain(int from, int[] towards)
    {
        var names = new List<string>();
        int at = from;
        for (; towards[at] >= 0 && towards[at] != at && names.Count < 12; at = towards[at]) { names.Add(Graph.Functions[at].Name); }
        names.Add(Graph.Functions[at].Name);
        return string.Join(" -> ", names);
    }

    private static bool IsTransparent(Function function) => (function.Flags & (FunctionFlags.Protected | FunctionFlags.Instrumented | FunctionFlags.Hook)) == 0;
}
