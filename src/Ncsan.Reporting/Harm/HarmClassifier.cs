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
        if (sides.Any(s => !s.Elements && (s.Unaligned || s.Size > Word))) { return HarmClass.TornValue; }
        if (finding.ValueChange is { IsSame: true } && !sides.Any(s => s.ReadModifyWrite)) { return HarmClass.SameValueWrite; }
        if (sides.Any(IsUpdate)) { return HarmClass.LostUpdate; }
        if (IsLazyInitialisation(finding)) { return HarmClass.LazyInitialisation; }
        if (sides.Any(s => s.Elements)) { return HarmClass.MixedElements; }
        if (sides.Any(s => s.Reference && s.Writes && !s.Marked)) { return HarmClass.UnsafePublication; }
        if (sides.Count > 1 && sides.All(s => s.Writes)) { return HarmClass.LostUpdate; }
        if (sides.Any(s => s.InLoop)) { return HarmClass.StaleFlag; }
        return sides.Any(s => s.Reads) ? HarmClass.StaleRead : "";
    }

    /// <summary>The sentence below the accesses: what can go wrong here.</summary>
    public static string Sentence(Finding finding) => finding.Class switch
    {
        HarmClass.MissingBarrier =>
            "nothing orders this access before a later store that publishes it, so another processor may see the store first: publish by Volatile.Write, or put a barrier between",
        HarmClass.LostUpdate when finding.Accesses.Any(IsUpdate) && (finding.Accesses.All(a => a.ReadModifyWrite) || AreOfOneMethod(finding.Accesses)) =>
            "the new value is made from the old one in more than one step, so two threads that do it at once lose one of the updates",
        HarmClass.LostUpdate when finding.Accesses.Any(IsUpdate) && finding.Accesses.All(a => a.ReadModifyWrite || a.Writes) =>
            "the new value is made from the old one in more than one step, and what the other thread writes in between is lost",
        HarmClass.LostUpdate when finding.Accesses.Any(IsUpdate) =>
            "the new value is made from the old one in more than one step: the reader may act on the old one, and where two threads do it at once, one of the updates is lost",
        HarmClass.LostUpdate => "both threads write; whichever is last wins, and what the other wrote is gone",
        HarmClass.TornValue when finding.Accesses.Max(a => a.Elements ? 0 : a.Size) is > Word and var size =>
            $"{size} bytes are not read or written at once: a thread can see half of the old value and half of the new one",
        HarmClass.TornValue => "the address is unaligned, so a thread can see half of the old value and half of the new one",
        HarmClass.MixedElements when finding.Accesses.Any(a => a.Reads) => "elements are read and written one after another, so a thread can see some old and some new ones",
        HarmClass.MixedElements => "elements are written one after another, so some of one thread's and some of the other's may stay",
        HarmClass.BrokenCollection =>
            "the collection is not thread-safe: elements can vanish or double, a call can throw, return garbage or never come back",
        HarmClass.UnsafePublication =>
            "a reference is made visible by a plain write: a reader may use it while another thread replaces it, and what else was set up beside it may not be visible yet",
        HarmClass.StaleFlag => "the plain read may be hoisted out of its loop by the JIT, so the reading thread may never see the write",
        HarmClass.StaleRead when finding.Accesses.Any(a => a.Marked) && finding.Accesses.Any(a => a.Writes && !a.Marked) =>
            "the write is plain, so it may be moved or delayed: the marked read may not see it yet, though it sees what was written after it",
        HarmClass.StaleRead when finding.Accesses.Any(a => a.Writes && a.Marked) =>
            "the read is plain, so it may be moved or made from a copy: it may see the old value after the marked write is done, and what was written before that may not be visible yet",
        HarmClass.StaleRead => "nothing orders the two: the reader may act on the old value, or on half of a change that takes several writes",
        HarmClass.LazyInitialisation when finding.Accesses.Any(a => a.Reference) && finding.Accesses.All(a => !a.Writes || a.LocksHeld.Count > 0) =>
            "it is built on demand under a lock, and asked for outside of it by a plain read; harmless if the object is only published by this reference",
        HarmClass.LazyInitialisation when finding.Accesses.Any(a => a.Reference) =>
            "it is built on demand and two threads may each build one; harmless if the object is only published by this reference and building it twice is fine",
        HarmClass.LazyInitialisation =>
            "it is computed on demand and two threads may each compute it; harmless if both get the same value",
        HarmClass.SameValueWrite => "the write stored the value that was there; harmless as long as that is so, but nothing guarantees it",
        _ => "",
    };

    /// <summary>Half of a read-modify-write of more than one step.</summary>
    private static bool IsUpdate(Access side) => side is { ReadModifyWrite: true, Marked: false };

    private static bool AreOfOneMethod(IReadOnlyList<Access> sides) => sides is [{ Method.Length: > 0 } first, var second] && first.Method == second.Method;

    /// <summary>
    /// Null or default becomes a value, both sides stand in one method, and the code asks before it writes: <c>if (_x is null) _x = new()</c>.
    /// A bool or a 1 may be a claim such as "done" that others act on, and is never taken for a harmless cache.
    /// </summary>
    private static bool IsLazyInitialisation(Finding finding) =>
        finding.Accesses is [var first, var second]
        && AreOfOneMethod(finding.Accesses)
        && finding.Accesses.All(a => !a.Writes || a.TestedFirst)
        && finding.ValueChange is { } change && IsDefault(change.Old) && !IsDefault(change.New)
        && (first.Reference || (first.Size > 1 && change.New is not ("1" or "true" or "True" or "0x1")));

    private static bool IsDefault(string value) => value is "null" or "0" or "0x0" or "default";
}
