using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Sites;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>What a test asks for: that threads in two methods meet. Pairs of sites that nobody has to learn first.</summary>
internal static class Meetings
{
    /// <summary>Sets the delay, by the rule for gaps that were seen, to a second.</summary>
    private const int Gap = 500_000;

    private static readonly Gate s_gate = new();
    private static readonly Stack<List<Candidate>> s_open = new();

    internal static void Begin(string? first, string? second)
    {
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0) { return; }
        thread.Guard++;
        try
        {
            List<Candidate> pairs = Find(first ?? "", second ?? "");
            if (pairs.Count == 0) { Notice.Say("NCS2504", $"no access in {first} conflicts with one in {second}, in the code that is loaded: nobody waits there."); }
            Candidates.Add(pairs);
            s_gate.Enter();
            try { s_open.Push(pairs); }
            finally { s_gate.Leave(); }
        }
        catch (Exception fault) { Faults.Disable("a rendezvous", fault); }
        finally { thread.Guard--; }
    }

    internal static void End()
    {
        List<Candidate>? pairs;
        s_gate.Enter();
        try { s_open.TryPop(out pairs); }
        finally { s_gate.Leave(); }
        foreach (Candidate pair in pairs ?? []) { pair.ObservedIn = Configuration.RunId; }
    }

    private static List<Candidate> Find(string first, string second)
    {
        List<(SiteKey Key, Site Site)> one = [], other = [];
        foreach ((SiteKey key, Site site) in Modules.Accesses())
        {
            if (IsNamed(key.Method, first)) { one.Add((key, site)); }
            if (IsNamed(key.Method, second)) { other.Add((key, site)); }
        }

        var pairs = new Dictionary<(SiteKey, SiteKey), Candidate>();
        foreach ((SiteKey key1, Site site1) in one)
        {
            foreach ((SiteKey key2, Site site2) in other)
            {
                if (!OneLocation.MayConflict(site1, site2)) { continue; }
                (SiteKey low, SiteKey high) = key1.CompareTo(key2) <= 0 ? (key1, key2) : (key2, key1);
                pairs.TryAdd((low, high), new Candidate(low, high) { Gap = Gap, IsAskedFor = true });
            }
        }

        return [.. pairs.Values];
    }

    private static bool IsNamed(string method, string name) =>
        method == name || (method.StartsWith(name, StringComparison.Ordinal) && name.Length > 0 && method[name.Length..].TrimStart() is ['(', ..] or ['l', 'a', 'm', 'b', 'd', 'a', ..]);
}
