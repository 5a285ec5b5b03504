namespace Ncsan.Contracts.Model;

/// <summary>How much the verdict over a graph is worth.</summary>
public enum Tier
{
    /// <summary>Everything that the rules need is in the input: relocatable objects with region notes, IL with its closure.</summary>
    Sound,

    /// <summary>Region notes are missing, so calls inside regions are reported too: an upper bound.</summary>
    UpperBound,

    /// <summary>Facts had to be guessed from what linking left over.</summary>
    Heuristic,
}

/// <summary>
/// A program as the rules see it: functions, the places where control leaves them, the slots it leaves through. Both front ends make
/// one of these; nothing behind this type knows whether it came from IL or from machine code.
/// </summary>
public sealed class CallGraph
{
    private readonly List<Function> _functions = [];
    private readonly List<Slot> _slots = [];
    private Dictionary<string, List<Function>>? _byName;

    /// <summary>An empty graph over <paramref name="source"/>.</summary>
    public CallGraph(string name, IFrontEnd source)
    {
        Name = name;
        Source = source;
    }

    /// <summary>The input as the user named it.</summary>
    public string Name { get; }

    /// <summary>Answers what the graph does not keep.</summary>
    public IFrontEnd Source { get; }

    /// <summary>Every function, bodies and externals; the index is <see cref="Function.Id"/>.</summary>
    public IReadOnlyList<Function> Functions => _functions;

    /// <summary>The protected functions whose bodies are here; a piece that a compiler split off is seen through its parent.</summary>
    public IEnumerable<Function> ProtectedBodies()
    {
        // By index: following a flow can make more functions known.
        for (int id = 0; id < _functions.Count; id++)
        {
            Function function = _functions[id];
            if (function.Is(FunctionFlags.Protected) && !function.Is(FunctionFlags.External) && function.Parent < 0) { yield return function; }
        }
    }

    /// <summary>Every slot; the index is <see cref="Slot.Id"/>.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>What the verdict is worth.</summary>
    public Tier Tier { get; set; }

    /// <summary>Whether regions nest by counting (native notes do). Where they do not, a begin inside a region is a violation.</summary>
    public bool RegionsNest { get; set; }

    /// <summary>What the input's world calls things, for the advice in reports.</summary>
    public Dialect Dialect { get; init; } = Dialect.Managed;

    /// <summary>What the input lacks, and what that costs: one sentence each, shown with every report.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Adds a function and numbers it.</summary>
    public Function Add(Function function)
    {
        function.Id = _functions.Count;
        _functions.Add(function);
        _byName = null;
        return function;
    }

    /// <summary>Adds a slot and numbers it.</summary>
    public Slot Add(Slot slot)
    {
        slot.Id = _slots.Count;
        _slots.Add(slot);
        return slot;
    }

    /// <summary>All functions of this exact name: several are copies in several units.</summary>
    public IReadOnlyList<Function> Named(string name)
    {
        if (_byName is null)
        {
            _byName = new Dictionary<string, List<Function>>(StringComparer.Ordinal);
            foreach (Function function in _functions)
            {
                if (!_byName.TryGetValue(function.Name, out var same)) { _byName.Add(function.Name, same = []); }
                same.Add(function);
            }
        }

        return _byName.TryGetValue(name, out var found) ? found : [];
    }

    /// <summary>Whether all of what a site can reach is known.</summary>
    public bool IsResolved(CallSite site) => !site.IsUnresolved && (site.Slot < 0 || _slots[site.Slot].Incomplete is null);

    /// <summary>Every function that control can reach from <paramref name="site"/>.</summary>
    public IEnumerable<int> TargetsOf(CallSite site)
    {
        if (site.Target >= 0) { yield return site.Target; }
        if (site.Slot < 0) { yield break; }
        foreach (SlotTarget target in _slots[site.Slot].Targets) { yield return target.Target; }
    }
}
