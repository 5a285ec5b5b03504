namespace Ncsan.Reporting.Harm;

/// <summary>Says what can go wrong, from the accesses of a finding alone: a pure function over the record.</summary>
/// <remarks>
/// The order of the questions is the order of the damage. A harmless class needs every sign of it; in doubt the louder class is
/// taken, since a real defect called harmless is the worse mistake here.
/// </remarks>
public static class HarmClassifier
{
    private const int Word = 8;

    /// <summary>One of <see cref="HarmClass"/>, or an empty text where no class fits: assertions, locks, contracts.</summary>
    public static string Classify(Finding finding)
    {
        IReadOnlyList<Access> sides = finding.Accesses;
        if (sides.Count == 0 || sides.Any(s => s.IsAssertion)) { return ""; }
        if (sides.Any(s => s.Reordered)) { return HarmClass.MissingBarrier; }
        if (sides.Any(s => s.Collection)) { return HarmClass.BrokenCollection; }
        if (sides.Any(s => s.Unaligned || s.Size > Word)) { return HarmClass.TornValue; }
        if (finding.ValueChange is { IsSame: true } && !sides.Any(s => s.ReadModifyWrite)) { return HarmClass.SameValueWrite; }
        if (sides.Any(s => s.ReadModifyWrite && !s.Marked)) { return HarmClass.LostUpdate; }
        if (IsLazyInitialisation(finding)) { return HarmClass.LazyInitialisation; }
        if (sides.Any(s => s.Reference && s.Writes && !s.Marked)) { return HarmClass.UnsafePublication; }
        if (sides.Count > 1 && sides.All(s => s.Writes)) { return HarmClass.LostUpdate; }
        return sides.Any(s => s.Reads && !s.Marked) ? HarmClass.StaleFlag : "";
    }

    /// <summary>The sentence below the accesses: what can go wrong here.</summary>
    public static string Sentence(Finding finding) => finding.Class switch
    {
        HarmClass.MissingBarrier =>
            "nothing orders this access before a later store that publishes it, so another processor may see the store first: publish by Volatile.Write, or put a barrier between",
        HarmClass.LostUpdate when finding.Accesses.Any(a => a.ReadModifyWrite) =>
            "the new value is made from the old one in more than one step, so two threads that do it at once lose one of the updates",
        HarmClass.LostUpdate => "both threads write; whichever is last wins, and what the other wrote is gone",
        HarmClass.TornValue when finding.Accesses.Any(a => a.Size > Word) =>
            $"{finding.Accesses.Max(a => a.Size)} bytes are not read or written at once: a thread can see half of the old value and half of the new one",
        HarmClass.TornValue => "the address is unaligned, so a thread can see half of the old value and half of the new one",
        HarmClass.BrokenCollection =>
            "the collection is not thread-safe: elements can vanish or double, a call can throw, return garbage or never come back",
        HarmClass.UnsafePublication =>
            "a reference is made visible by a plain write: a reader may use it while another thread replaces it, and what else was set up beside it may not be visible yet",
        HarmClass.StaleFlag => "the plain read may be hoisted out of a loop by the JIT, so the reading thread may never see the write",
        HarmClass.LazyInitialisation when finding.Accesses.Any(a => a.Reference) =>
            "it is built on demand and two threads may each build one; harmless if the object is only published by this reference and building it twice is fine",
        HarmClass.LazyInitialisation =>
            "it is computed on demand and two threads may each compute it; harmless if both get the same value",
        HarmClass.SameValueWrite => "the write stored the value that was there; harmless as long as that is so, but nothing guarantees it",
        _ => "",
    };

    /// <summary>
    /// Null or default becomes a value, both sides stand in one method, and the code asks before it writes: <c>if (_x is null) _x = new()</c>.
    /// A bool or a 1 may be a claim such as "done" that others act on, and is never taken for a harmless cache.
    /// </summary>
    private static bool IsLazyInitialisation(Finding finding) =>
        finding.Accesses is [var first, var second]
        && first.Method == second.Method && first.Method.Length > 0
        && finding.Accesses.All(a => !a.Writes || a.TestedFirst)
        && finding.ValueChange is { } change && IsDefault(change.Old) && !IsDefault(change.New)
        && (first.Reference || (first.Size > 1 && change.New is not ("1" or "true" or "True" or "0x1")));

    private static bool IsDefault(string value) => value is "null" or "0" or "0x0" or "default";
}
