using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Framework;

/// <summary>The numbers of an instrumented framework's own sites, which are constants of its code.</summary>
public static class FrameworkSites
{
    /// <summary>The file at the root of an instrumented framework that says which assembly has which: its path below the root, its first site, their number.</summary>
    public const string FileName = "framework.ncsan-sites";

    /// <summary>They begin here, where no module of an application gets to.</summary>
    public const int First = Sampler.MaxSites / 2;
}
