using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Sites;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>The candidates of this process: those that earlier runs left, by which threads are made to wait, and those that it learns for later ones.</summary>
internal static class Candidates
{
    private const int Capacity = 16_384, Probes = 16, TestsOfPair = 4;

    private static readonly long[] s_learntPairs = new long[Capacity];
    private static readonly long[] s_learntGaps = new long[Capacity];
    private static readonly bool[] s_learntHigherFirst = new bool[Capacity];

    /// <summary>The numbers of the tests that saw each pair; 0 where there is room, all taken when there may be more.</summary>
    private static readonly int[] s_learntTests = new int[Capacity * TestsOfPair];
    private static readonly Lock s_lock = new();
    private static List<Candidate> s_known = [];

    /// <summary>The pairs that were observed in this process. Guarded by the lock.</summary>
    private static readonly List<(SiteKey, SiteKey)> s_observed = [];

    /// <summary>The candidates for which a thread gives way before it takes a lock, by the site of that. Replaced as a whole, too.</summary>
    private static Dictionary<int, Candidate[]> s_byGate = [];

    /// <summary>The candidates of each site, replaced as a whole when a module is loaded, so that it is read without a lock.</summary>
    private static Dictionary<int, Candidate[]> s_bySite = [];

    /// <summary>Whether candidates are kept at all.</summary>
    internal static bool AreKept => Configuration.Store.Length > 0;

    /// <summary>How many pairs were learnt that no earlier run knew.</summary>
    internal static int NewPairs { get; private set; }

    /// <summary>A conflicting pair was seen. Called on slow paths, without a lock.</summary>
    internal static void Learn(int site1, int site2, long gap, int test1, int test2, bool higherFirst = false)
    {
        if (!AreKept) { return; }
        long key = (1L << 62) | ((long)Math.Min(site1, site2) << 31) | (uint)Math.Max(site1, site2);
        uint hash = (uint)((ulong)key * 0x9E3779B97F4A7C15 >> 50);
        for (uint i = 0; i < Probes; i++)
        {
            uint at = (hash + i) % Capacity;
            long found = Volatile.Read(ref s_learntPairs[at]);
            if (found == 0) { found = Interlocked.CompareExchange(ref s_learntPairs[at], key, 0); }
            if (found == 0 || found == key)
            {
                // One more than the gap, so that zero stays "not yet known". Two threads may overwrite one another's: either gap was seen.
                if (s_learntGaps[at] == 0 || s_learntGaps[at] > gap + 1) { s_learntGaps[at] = gap + 1; }
                s_learntHigherFirst[at] |= higherFirst;
                LearnTest((int)at, test1);
                if (test2 != test1) { LearnTest((int)at, test2); }
                return;
            }
        }

        Statistics.Count(ref Statistics.LostCandidates);
    }

    private static void LearnTest(int at, int test)
    {
        for (int i = at * TestsOfPair; test != 0 && i < (at + 1) * TestsOfPair; i++)
        {
            if (s_learntTests[i] == 0) { s_learntTests[i] = test; }
            if (s_learntTests[i] == test) { return; }
        }
    }

    /// <summary>The candidates that a site is a side of, or null.</summary>
    internal static Candidate[]? Of(int site) => s_bySite.GetValueOrDefault(site);

    /// <summary>The candidates for which a thread gives way before it takes a lock here, or null.</summary>
    internal static Candidate[]? OfGate(int site) => s_byGate.GetValueOrDefault(site);

    /// <summary>The side of the candidate that comes after this lock.</summary>
    internal static CandidateSide SideOfGate(Candidate candidate, int site) => NumberOfGate(candidate, candidate.AtFirst) == site ? candidate.AtFirst : candidate.AtSecond;

    /// <summary>Who waited at this side for the other one kept it from coming by a lock that was taken here: the next round waits before that.</summary>
    internal static void AddGate(Candidate candidate, CandidateSide side, int site)
    {
        if (Modules.Of(side.Site) is { } module && site >= module.First && site < module.First + module.Count) { side.Gate = site - module.First + 1; }
    }

    private static int NumberOfGate(Candidate candidate, CandidateSide side) => side.Gate == 0 ? 0 : side.Gate - 1 + side.Site - (side == candidate.AtFirst ? candidate.First : candidate.Second).Id;

    /// <summary>Two writes met and the value stayed the same: one of them may write what is there already, and the next time it is the other's that is measured.</summary>
    internal static void MetUnchanged(int site1, int site2)
    {
        if (Find(site1, site2) is { } candidate) { Interlocked.Increment(ref candidate.Unchanged); }
    }

    /// <summary>Of two writes that meet, whether the one that came first is to be measured.</summary>
    internal static bool IsOwnersTurn(int site1, int site2) => Find(site1, site2) is { } candidate && candidate.Unchanged % 2 != 0;

    /// <summary>Of two threads that waited for the pair at two places of an array, the one at the higher address went on first.</summary>
    internal static bool IsHigherFirst(int site1, int site2) => Find(site1, site2) is { IsOtherWayRound: true };

    /// <summary>The <see cref="CandidateSide.Gate"/> of the first of two sites, or 0.</summary>
    internal static int GateOf(int site, int other) => Find(site, other) is { } candidate ? (candidate.AtFirst.Site == site ? candidate.AtFirst : candidate.AtSecond).Gate : 0;

    private static Candidate? Find(int site1, int site2)
    {
        foreach (Candidate candidate in Of(site1) ?? [])
        {
            if (Array.IndexOf(Of(site2) ?? [], candidate) >= 0 && (site1 != site2 || candidate.First == candidate.Second)) { return candidate; }
        }

        return null;
    }

    /// <summary>Reads what earlier runs left.</summary>
    internal static void Load()
    {
        if (AreKept) { s_known = CandidateStore.Read(); }
    }

    /// <summary>Points the sites of a module that was loaded at their candidates.</summary>
    internal static void Attach(RewrittenModule module)
    {
        lock (s_lock)
        {
            Dictionary<int, List<Candidate>> added = [], gates = [];
            foreach (Candidate candidate in s_known)
            {
                if (Number(candidate.First, module) is > 0 and var first) { candidate.AtFirst.Site = first; }
                if (Number(candidate.Second, module) is > 0 and var second) { candidate.AtSecond.Site = second; }
                if (candidate.IsAttached || candidate.AtFirst.Site == 0 || candidate.AtSecond.Site == 0) { continue; }
                candidate.IsAttached = true;
                candidate.Begin(Configuration.RunId, Modules.VersionOf(candidate.AtFirst.Site) + Modules.VersionOf(candidate.AtSecond.Site));
                if (candidate.IsHopeless || candidate.ObservedIn == Configuration.RunId) { continue; }
                candidate.Share();
                Add(added, candidate.AtFirst.Site, candidate);
                if (candidate.AtSecond != candidate.AtFirst) { Add(added, candidate.AtSecond.Site, candidate); }
                if (NumberOfGate(candidate, candidate.AtFirst) is > 0 and var gate) { Add(gates, gate, candidate); }
                else if (NumberOfGate(candidate, candidate.AtSecond) is > 0 and var other) { Add(gates, other, candidate); }
            }

            if (added.Count == 0) { return; }
            Volatile.Write(ref s_byGate, With(s_byGate, gates));
            Volatile.Write(ref s_bySite, With(s_bySite, added));
        }
    }

    private static int Number(SiteKey key, RewrittenModule module) => key.Module == module.Name && key.Id < module.Count && module.IsStill(key) ? module.First + key.Id : 0;

    private static void Add(Dictionary<int, List<Candidate>> to, int site, Candidate candidate)
    {
        if (!to.TryGetValue(site, out List<Candidate>? list)) { to.Add(site, list = []); }
        list.Add(candidate);
    }

    private static Dictionary<int, Candidate[]> With(Dictionary<int, Candidate[]> known, Dictionary<int, List<Candidate>> added)
    {
        var all = new Dictionary<int, Candidate[]>(known);
        foreach ((int number, List<Candidate> list) in added)
        {
            all[number] = [.. known.GetValueOrDefault(number) ?? [], .. list];
            Sampler.Direct(number);
        }

        return all;
    }

    /// <summary>Waits for pairs from now on that nobody learnt; they are not kept.</summary>
    internal static void Add(List<Candidate> pairs)
    {
        lock (s_lock)
        {
            var bySite = new Dictionary<int, Candidate[]>(s_bySite);
            foreach (Candidate pair in pairs)
            {
                (pair.AtFirst.Site, pair.AtSecond.Site) = (Modules.NumberOf(pair.First), Modules.NumberOf(pair.Second));
                foreach (int number in new[] { Modules.NumberOf(pair.First), Modules.NumberOf(pair.Second) }.Distinct())
                {
                    bySite[number] = [pair, .. bySite.GetValueOrDefault(number) ?? []];
                    Sampler.Direct(number);
                }
            }

            Volatile.Write(ref s_bySite, bySite);
        }
    }

    /// <summary>The pair was observed: in this run nobody needs to wait for it again, nor for another pair of the same two methods and members, which would
    /// be the same finding.</summary>
    internal static void Observed(int site1, int site2)
    {
        if (!AreKept || Modules.KeyOf(site1) is not { } key1 || Modules.KeyOf(site2) is not { } key2) { return; }
        foreach (Candidate candidate in s_known)
        {
            if (!IsSameFinding(candidate, key1, key2)) { continue; }
            candidate.ObservedIn = Configuration.RunId;
            candidate.TakeTurn();
        }

        lock (s_lock) { s_observed.Add((key1, key2)); }
    }

    /// <summary>Whether a meeting of two sites is wanted. In a reproduction only that of its finding is: another access to the same location, made on the way to the one that is waited
    /// for, would end the wait.</summary>
    internal static bool MayMeet(int site1, int site2)
    {
        if (!Configuration.OnlyLearnt || Modules.KeyOf(site1) is not { } key1 || Modules.KeyOf(site2) is not { } key2) { return true; }
        return s_known.Exists(candidate => IsSameFinding(candidate, key1, key2));
    }

    /// <summary>Only at the sites of known pairs anybody is to wait: who waits elsewhere comes late to where he is expected.</summary>
    internal static bool DecideAlone(in Access access) => Configuration.OnlyLearnt && !Configuration.WeakMemory && !access.Is(AccessKind.Assert);

    private static bool IsSameFinding(Candidate candidate, SiteKey key1, SiteKey key2) =>
        (IsSameFinding(candidate.First, key1) && IsSameFinding(candidate.Second, key2)) || (IsSameFinding(candidate.First, key2) && IsSameFinding(candidate.Second, key1));

    private static bool IsSameFinding(SiteKey key, SiteKey other) => key.Module == other.Module && key.Method == other.Method && key.Member == other.Member;

    /// <summary>Hands what was learnt on to later runs. At the end of the process.</summary>
    internal static void Save()
    {
        if (!AreKept) { return; }
        var learnt = new List<Candidate>();
        var nearlyMet = new List<(int, int, Candidate)>();
        (SiteKey, SiteKey)[] observed;
        lock (s_lock) { observed = [.. s_observed]; }
        foreach (Candidate candidate in s_known) { if (candidate.WasWaitedFor || (candidate.IsAttached && !DelayBudget.IsHalfSpent)) { candidate.Tries++; } }
        HashSet<(SiteKey, SiteKey)> disturbed = [.. s_known.Where(static c => c.WasWaitedFor).Select(static c => (c.First, c.Second))];
        for (int i = 0; i < Capacity; i++)
        {
            if (s_learntPairs[i] == 0 || FromPair((int)(s_learntPairs[i] >> 31) & int.MaxValue, (int)(s_learntPairs[i] & int.MaxValue), s_learntGaps[i] - 1) is not { } candidate) { continue; }
            if (Array.Exists(observed, pair => IsSameFinding(candidate, pair.Item1, pair.Item2))) { candidate.ObservedIn = Configuration.RunId; }
            (candidate.Run, candidate.HigherFirst) = (Configuration.RunId, s_learntHigherFirst[i]);
            AddTests(candidate, s_learntTests.AsSpan(i * TestsOfPair, TestsOfPair));
            if (Configuration.Predictions && candidate.ObservedIn.Length == 0) { nearlyMet.Add(NearlyMet(i, candidate)); }
            if (disturbed.Contains((candidate.First, candidate.Second))) { continue; }
            learnt.Add(candidate);
        }

        if (nearlyMet.Count > 0) { Predictions.Write(nearlyMet); }
        NewPairs = CandidateStore.Merge([.. s_known, .. learnt]);
    }

    /// <summary>The pair at an index, with what this run and earlier ones know of it.</summary>
    private static (int Site1, int Site2, Candidate Candidate) NearlyMet(int index, Candidate learnt)
    {
        var all = new Candidate(learnt.First, learnt.Second) { Gap = learnt.Gap };
        all.Merge(learnt);
        if (s_known.Find(c => c.First == learnt.First && c.Second == learnt.Second) is { } known) { all.Merge(known); }
        return ((int)(s_learntPairs[index] >> 31) & int.MaxValue, (int)(s_learntPairs[index] & int.MaxValue), all);
    }

    private static void AddTests(Candidate candidate, ReadOnlySpan<int> tests)
    {
        foreach (int test in tests) { if (test != 0) { candidate.AddTest(CurrentTest.NameOf(test)); } }
        if (!tests.Contains(0)) { candidate.AddTest(Candidate.AnyTest); }
    }

    /// <summary>Null unless both sides may be about one location: one that was reused since looks like a pair too.</summary>
    private static Candidate? FromPair(int site1, int site2, long gap)
    {
        if (Modules.KeyOf(site1) is not { } key1 || Modules.KeyOf(site2) is not { } key2 || !OneLocation.MayBe(Modules.Find(site1)!.Value, Modules.Find(site2)!.Value)) { return null; }
        return key1.CompareTo(key2) <= 0 ? new Candidate(key1, key2) { Gap = gap } : new Candidate(key2, key1) { Gap = gap };
    }
}
