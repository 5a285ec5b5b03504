using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>Findings that nobody has seen: pairs of accesses that nearly met in this process, and in no run so far did. Only for those who ask.</summary>
/// <remarks>
/// A prediction has the id that the finding has when it is observed, so that whoever puts reports together can let it go then. What a first round predicts, a later one may
/// take back: everybody else was blocked behind the thread that waited, as behind one that is joined, so the two accesses seem ordered.
/// </remarks>
internal static class Predictions
{
    private const string Rule = "NCS0001", Kind = "data race";

    /// <summary>Writes what there is to predict, at the end of the process.</summary>
    /// <param name="pairs">Pairs that nearly met, with what is known of them.</param>
    internal static void Write(IEnumerable<(int Site1, int Site2, Candidate Candidate)> pairs)
    {
        var possible = new Dictionary<string, Pair>(StringComparer.Ordinal);
        var ordered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (site1, site2, candidate) in pairs)
        {
            if (FrameworkLink.IsFrameworkSite(site1) || FrameworkLink.IsFrameworkSite(site2) || Modules.Find(site1) is not { } one || Modules.Find(site2) is not { } other) { continue; }
            string key1 = Key(one), key2 = Key(other), id = ResolvedFinding.IdOf(Rule, key1, key2);
            if (candidate.SeemsOrdered) { ordered.Add(id); }
            else if (candidate.ObservedIn.Length == 0 && (!possible.TryGetValue(id, out Pair? known) || known.Candidate.Gap > candidate.Gap))
            {
                possible[id] = string.CompareOrdinal(key1, key2) <= 0 ? new Pair(one, other, site1, site2, candidate) : new Pair(other, one, site2, site1, candidate);
            }
        }

        foreach (string id in ordered) { if (!possible.ContainsKey(id)) { FindingsFile.Append(new JsonLine().Open().Put("schema", Lines.Schema).Put("record", "retraction").Put("id", id).Close()); } }
        foreach ((string id, Pair pair) in possible) { FindingsFile.Append(Line(id, pair)); }
    }

    private static JsonLine Line(string id, Pair pair)
    {
        string member = string.CompareOrdinal(pair.One.Member, pair.Other.Member) <= 0 ? pair.One.Member : pair.Other.Member;
        JsonLine line = new JsonLine().Open().Put("schema", Lines.Schema).Put("record", "finding").Put("rule", Rule).Put("kind", Kind).Put("id", id)
            .Put("title", $"predicted {Kind} on {member}").Put("severity", "note").Put("member", member).Put("class", (string?)null).Put("certainty", "predicted").Put("count", 1)
            .Put("test", pair.Candidate.Tests.FirstOrDefault(static t => t != Candidate.AnyTest)).Put("valueChange", null).OpenList("accesses");
        Access(line, pair.One, member);
        Access(line, pair.Other, member);
        line.CloseList().OpenList("sections").Open().Put("title", "nearly met").OpenList("lines").Item(Sentence(pair.Candidate)).CloseList().OpenList("stack").CloseList().Close().CloseList();
        Lines.Recipe(line, pair.Site1, pair.Site2);
        return line.Close();
    }

    private static string Sentence(Candidate candidate)
    {
        string apart = candidate.Gap < 1000 ? "less than a millisecond" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{candidate.Gap / 1000} ms");
        return candidate.Tries == 0 ? $"two threads came by, {apart} apart; no lock or start of a thread was seen to order them"
            : $"two threads came by, {apart} apart; no lock or start of a thread was seen to order them, and in {candidate.Tries} {(candidate.Tries == 1 ? "run" : "runs")} waiting did not make them meet";
    }

    private static void Access(JsonLine line, Site site, string member)
    {
        bool isCollection = IsCollection(site);
        line.Open().Put("kind", site.Kind switch { SiteKind.Write or SiteKind.CollectionWrite => "write", SiteKind.ReadWrite => "read-write", _ => "read" })
            .Put("marked", (site.Flags & SiteFlags.Marked) != 0).Put("size", isCollection ? 0 : site.Size).Put("method", site.Method).Put("file", site.File).Put("line", site.Line);
        if (site.Member != member) { line.Put("member", site.Member); }
        if ((site.Flags & SiteFlags.ReadModifyWrite) != 0) { line.Put("readModifyWrite", true); }
        if ((site.Flags & SiteFlags.TestedFirst) != 0) { line.Put("testedFirst", true); }
        if ((site.Flags & SiteFlags.InLoop) != 0) { line.Put("inLoop", true); }
        if ((site.Flags & SiteFlags.Elements) != 0) { line.Put("elements", true); }
        if (isCollection) { line.Put("collection", true); }
        Lines.Frames(line, "stack", [new Frame(site.Method, site.File, site.Line)]);
        line.OpenList("locksHeld").CloseList().Close();
    }

    private static bool IsCollection(Site site) => site.Kind is SiteKind.CollectionRead or SiteKind.CollectionWrite;

    private static string Key(Site site) => ResolvedSide.KeyOf(site.Method, site.Member, IsCollection(site));

    private sealed record Pair(Site One, Site Other, int Site1, int Site2, Candidate Candidate);
}
