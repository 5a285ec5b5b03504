namespace Ncsan.Runtime.Sites;

/// <summary>The rewritten modules of this process, and the site numbers each was given.</summary>
internal static class Modules
{
    private static int s_next = 1;

    internal static int Register(RuntimeTypeHandle anchor, int abiVersion, int siteCount) => Interlocked.Add(ref s_next, siteCount) - siteCount;
}
