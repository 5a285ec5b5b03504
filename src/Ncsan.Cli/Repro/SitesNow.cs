using Ncsan.Runtime.Races.Directed;
using Ncsan.Runtime.Sites;

namespace Ncsan.Cli.Repro;

/// <summary>Where the two sites of a recipe are in the program as it is built now.</summary>
/// <remarks>
/// The number of a site holds for as long as its module is not changed. A mended program is a changed one, so a site is then looked for by its method and member: were it
/// taken for gone because a line above it was added, a fix that mends nothing would pass.
/// </remarks>
internal static class SitesNow
{
    private const int VisitsAtOnce = 3;

    /// <summary>The sets of pairs to wait for, the likeliest first: the very pair on the visits on which it was found, on any visit, every pair of the two members; none when a side has
    /// no site any more.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="folder">The folder of the rewritten copy.</param>
    public static IReadOnlyList<IReadOnlyList<(LearntSite, LearntSite)>> Find(Recipe recipe, string folder)
    {
        if (recipe.Sites.Count == 0) { return [[]]; }
        Here[] first = Of(recipe.First, folder), second = Of(recipe.Second, folder);
        (LearntSite, LearntSite)[] all = [.. from a in first from b in second where MayConflict(a.Kind, b.Kind) select (OnAnyVisit(a.Site), OnAnyVisit(b.Site))];
        if (all.Length == 0) { return []; }
        var sets = new List<IReadOnlyList<(LearntSite, LearntSite)>>();
        if (first.Any(a => a.Site == recipe.First) && second.Any(b => b.Site == recipe.Second))
        {
            (LearntSite, LearntSite) found = (SomewhatSooner(recipe.First), SomewhatSooner(recipe.Second)), anytime = (OnAnyVisit(recipe.First), OnAnyVisit(recipe.Second));
            sets.Add([found]);
            if (found != anytime) { sets.Add([anytime]); }
        }

        if (sets.Count == 0 || all.Length > 1) { sets.Add(all); }
        return sets;
    }

    /// <summary>Visits count for all threads together, and those that come at once come in another order the next time.</summary>
    private static LearntSite SomewhatSooner(LearntSite site) => site with { FromVisit = Math.Max(0, site.FromVisit - VisitsAtOnce) };

    private static LearntSite OnAnyVisit(LearntSite site) => site with { FromVisit = 0, Stays = false, Gate = 0 };

    private static Here[] Of(LearntSite site, string folder)
    {
        string path = SiteTable.PathFor(Path.Combine(folder, site.Module));
        try
        {
            // A module that is loaded from elsewhere, such as one of an instrumented framework, is left to the runtime to judge.
            if (!File.Exists(path)) { return [new Here(site, null)]; }
            using FileStream file = File.OpenRead(path);
            SiteTable table = SiteTable.Read(file);
            return [.. Enumerable.Range(0, table.Count).Where(id => table[id].Method == site.Method && table[id].Member == site.Member).Select(id => new Here(site with { Id = id }, table[id].Kind))];
        }
        catch (InvalidDataException)
        {
            return [new Here(site, null)];
        }
    }

    private static bool MayConflict(SiteKind? one, SiteKind? other) => one is null || other is null || (IsWrite(one) || IsWrite(other) || one is SiteKind.Assertion || other is SiteKind.Assertion);

    private static bool IsWrite(SiteKind? kind) => kind is SiteKind.Write or SiteKind.ReadWrite or SiteKind.CollectionWrite;

    private sealed record Here(LearntSite Site, SiteKind? Kind);
}
