namespace Ncsan.Reporting.Locks;

/// <summary>The lock order as text: classes, dependencies, contention (the kernel's /proc/lockdep and /proc/lock_stat).</summary>
public static class LockOrderText
{
    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, LockOrder order)
    {
        var names = order.Classes.ToDictionary(c => c.Id, c => c.Name);
        var inCycles = order.InCycles();
        output.WriteLine($"{order.Classes.Count} lock classes, {order.Dependencies.Count} dependencies over {order.Pairs} pairs of locks, {order.Chains} chains ({order.ChainMisses} validated)");
        output.WriteLine();
        output.WriteLine("classes");
        foreach (var c in order.Classes)
        {
            output.WriteLine($"  {c.Name}  [{c.Kind}]{(c.Unordered is null ? "" : $"  not ordered: {c.Unordered}")}");
        }

        output.WriteLine();
        output.WriteLine("dependencies (held -> wanted; * is part of a cycle)");
        for (int i = 0; i < order.Dependencies.Count; i++)
        {
            var d = order.Dependencies[i];
            output.WriteLine($"{(inCycles.Contains(i) ? "*" : " ")} {names.GetValueOrDefault(d.From)} -> {names.GetValueOrDefault(d.To)}  [{d.Modes}]  {d.Pairs} pair{(d.Pairs == 1 ? "" : "s")}, first by {d.Thread}");
            output.WriteLine($"      held at   {d.HeldAt ?? "an unknown place"}");
            output.WriteLine($"      wanted at {d.WantedAt ?? "an unknown place"}");
        }

        var contended = order.Classes.Where(c => c.Contentions > 0).OrderByDescending(c => c.WaitMicroseconds).ToList();
        if (contended.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("contention            waits    total us      max us");
            foreach (var c in contended) { output.WriteLine($"  {c.Name,-18} {c.Contentions,8} {c.WaitMicroseconds,11} {c.MaxWaitMicroseconds,11}"); }
        }

        if (order.Withheld.Count == 0) { return; }
        output.WriteLine();
        output.WriteLine("cycles that were not reported at once");
        foreach (var w in order.Withheld) { output.WriteLine($"  {w.Cycle}: {w.Kind}, {Why(w.Grade)}"); }
    }

    private static string Why(string grade) => grade switch
    {
        "Guarded" => "but every part of it runs under one common lock",
        "OneThread" => "but one and the same thread took all of it",
        "ClassLevel" => "but no set of locks was seen that closes it",
        _ => "but a semaphore in it was not seen to be used as a lock",
    };
}
