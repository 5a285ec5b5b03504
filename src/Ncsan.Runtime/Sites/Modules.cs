using System.Reflection;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Sites;

/// <summary>The rewritten modules of this process, and the site numbers each was given.</summary>
internal static class Modules
{
    private static readonly Lock s_lock = new();
    private static RewrittenModule[] s_modules = [];
    private static int s_next = 1;

    /// <summary>Gives a module its sites. The first module starts the runtime. Runs in a module initializer: nothing may be thrown.</summary>
    internal static int Register(RuntimeTypeHandle anchor, int abiVersion, int siteCount)
    {
        try
        {
            Module module = Type.GetTypeFromHandle(anchor)!.Module;
            bool isOurs = abiVersion == Hooks.AbiVersion;
            if (!isOurs)
            {
                Notice.Say("NCS2203", $"{module.Name} was instrumented for version {abiVersion} of the runtime and this is {Hooks.AbiVersion}; instrument it again.");
            }

            lock (s_lock)
            {
                // Beyond the last number there is nothing that a hook may touch: the program runs its clean copies.
                if (s_next + siteCount > Framework.FrameworkSites.First) { throw new InvalidOperationException($"{module.Name} has more sites than there is room for"); }
                int first = s_next;
                s_next += siteCount;

                // The sites of a module of another version have numbers, so that nobody else's names are shown for them, and no names.
                if (!isOurs) { return first; }
                if (siteCount > 0) { Sampler.AddSites(first, siteCount); }
                var added = new RewrittenModule(first, siteCount, module);
                s_modules = [.. s_modules, added];
                Lifecycle.Start(siteCount > 0);
                if (siteCount > 0) { Candidates.Attach(added); }
                return first;
            }
        }
        catch (Exception fault)
        {
            Faults.Disable("the start of the runtime", fault);
            return 0;
        }
    }

    /// <summary>A module of an instrumented framework, whose numbers are constants of its code. While the first module is registered, so under its lock.</summary>
    internal static void AddFramework(RewrittenModule module) => s_modules = [.. s_modules, module];

    /// <summary>The site with this number, in source terms. Reads the module's site table on first use: for the reporter thread.</summary>
    internal static Site? Find(int number) => Of(number)?.SiteAt(number);

    /// <summary>The name of a site that holds from run to run, or null without a site table.</summary>
    internal static SiteKey? KeyOf(int number) =>
        Of(number) is { } module && module.SiteAt(number) is { } site ? new SiteKey(module.Name, number - module.First, site.Method, site.Member) : null;

    /// <summary>A short name of the build that a site belongs to.</summary>
    internal static string VersionOf(int number) => Of(number)?.Version ?? "";

    /// <summary>Every access of the modules that are loaded.</summary>
    internal static IEnumerable<(SiteKey Key, Site Site)> Accesses()
    {
        foreach (RewrittenModule module in s_modules)
        {
            for (int id = 0; id < module.Count; id++)
            {
                if (module.SiteAt(module.First + id) is { Kind: <= SiteKind.CollectionWrite } site) { yield return (new SiteKey(module.Name, id, site.Method, site.Member), site); }
            }
        }
    }

    /// <summary>The number of a site in this process, or 0 when its module is not loaded.</summary>
    internal static int NumberOf(SiteKey key)
    {
        foreach (RewrittenModule module in s_modules) { if (module.Name == key.Module && key.Id < module.Count) { return module.First + key.Id; } }
        return 0;
    }

    /// <summary>Whether a module is one of the program's that were rewritten.</summary>
    internal static bool IsOfProgram(Module module) => Array.Exists(s_modules, m => m.IsOfProgram && m.Is(module));

    /// <summary>The calls of collections at a line of the program.</summary>
    internal static IEnumerable<int> CallsAt(string? file, int line)
    {
        foreach (RewrittenModule module in s_modules)
        {
            for (int number = module.First; module.IsOfProgram && number < module.First + module.Count; number++)
            {
                if (module.SiteAt(number) is { Kind: SiteKind.CollectionRead or SiteKind.CollectionWrite } site && site.Line == line && site.File == file) { yield return number; }
            }
        }
    }

    /// <summary>The module that a site number belongs to.</summary>
    internal static RewrittenModule? Of(int number)
    {
        foreach (RewrittenModule module in s_modules)
        {
            if (number >= module.First && number < module.First + module.Count) { return module; }
        }

        return null;
    }
}
