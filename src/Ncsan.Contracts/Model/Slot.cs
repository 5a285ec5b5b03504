namespace Ncsan.Contracts.Model;

/// <summary>Something that holds code to be called: a member of an op table, a virtual or interface method, a delegate field, a static call.</summary>
public sealed class Slot
{
    /// <summary>A slot; the graph gives it its <see cref="Id"/>.</summary>
    public Slot(string name) => Name = name;

    /// <summary>Its index in <see cref="CallGraph.Slots"/>.</summary>
    public int Id { get; internal set; } = -1;

    /// <summary>The name as a user knows it: <c>pv_ops.irq.save_fl</c>, <c>ICollection.Add</c>.</summary>
    public string Name { get; set; }

    /// <summary>Where it is in the program, if that says more than the name: <c>pv_ops+0x120</c>.</summary>
    public string? Place { get; set; }

    /// <summary>Everything that it can hold.</summary>
    public List<SlotTarget> Targets { get; } = [];

    /// <summary>Why <see cref="Targets"/> may not be everything, or null where it is. An incomplete slot is listed as unresolved.</summary>
    public string? Incomplete { get; set; }
}

/// <summary>A function that a slot can hold, and what puts it there.</summary>
/// <param name="Target">The <see cref="Function.Id"/>.</param>
/// <param name="Source">"initialiser of pv_ops", "xen_irq_ops, copied in by xen_init_irq_ops", "overrides".</param>
public readonly record struct SlotTarget(int Target, string Source);
