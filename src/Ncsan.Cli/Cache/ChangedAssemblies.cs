using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Cache;

/// <summary>
/// Which assemblies have to be rewritten again: those that changed, and those that refer to one that did, over any number of steps, because the
/// rewriter looks into what an assembly refers to (is a field init-only, does a struct hold references).
/// </summary>
internal static class ChangedAssemblies
{
    /// <summary>The relative paths of the stale ones.</summary>
    /// <param name="folder">The application's folder.</param>
    /// <param name="hashes">The assemblies there are, by relative path.</param>
    /// <param name="old">What the copy was made from.</param>
    public static HashSet<string> Find(string folder, Dictionary<string, string> hashes, Manifest old)
    {
        var stale = hashes.Where(h => !old.Entries.TryGetValue(h.Key, out var known) || known.Hash != h.Value).Select(h => h.Key).ToHashSet(StringComparer.Ordinal);
        if (stale.Count == 0 || stale.Count == hashes.Count) { return stale; }

        var references = hashes.Keys.ToDictionary(path => path, path => AssemblyFacts.References(Path.Combine(folder, path)) ?? [], StringComparer.Ordinal);
        var names = stale.Select(Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool grew = true;
        while (grew)
        {
            grew = false;
            foreach (var (path, named) in references)
            {
                if (!stale.Contains(path) && named.Any(names.Contains))
                {
                    stale.Add(path);
                    names.Add(Name(path));
                    grew = true;
                }
            }
        }

        return stale;
    }

    private static string Name(string path) => Path.GetFileNameWithoutExtension(path);
}
