using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

// Reader and writer recursion, strong and weak paths, and the 24 permutations of three reader-writer locks.
internal static partial class Cases
{
    private static readonly Flavor s_slim = new("RWLS", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Exclusive);
    private static readonly Flavor s_slimRecursive = new("recursive RWLS", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Exclusive, Reentrant: true);
    private static readonly Flavor s_old = new("RWL", (int)LockKind.ReaderWriterLock, (int)WantMode.Exclusive);

    private static readonly (string Script, bool Slim, bool Recursive, bool Old)[] s_recursion =
    [
        ("A:w A:w", false, true, true),
        ("A:w A:r", false, true, true),
        ("A:w A:u", false, true, true),
        ("A:r A:w", false, false, false),
        ("A:r A:r", false, true, true),
        ("A:r A:R", true, true, true),
        ("A:r A:u", false, false, false),
        ("A:u A:u", false, true, true),
        ("A:u A:w", true, true, true),
        ("A:u A:r", true, true, true),
        ("A:u A:w -A:w -A:u", true, true, true),
        ("A:u A:r -A:u -A:r", true, true, true),
        ("A:r -A:r A:w", true, true, true),
        ("A:r ?A:r", true, true, true),
    ];

    /// <summary>Two locks, both ways. The letters are the modes; + means that it can deadlock.</summary>
    private static readonly (string Script, bool Deadlocks)[] s_twoLocks =
    [
        ("A:w B:w | B:w A:w", true),
        ("A:w B:r | B:w A:r", true),
        ("A:r B:w | B:r A:w", true),
        ("A:r B:r | B:r A:r | A:w | B:w", true),
        ("A:r B:r | B:r A:r", false),
        ("A:r B:R | B:r A:R | A:w | B:w", false),
        ("A:w B:R | B:w A:R", true),
        ("A:w B:R | B:r A:R | A:w | B:w", false),
        ("A:r B:w | B:w A:R", false),
        ("A:u B:u | B:u A:u", true),
        ("A:u B:w | B:w A:u", true),
        ("A:u B:w | B:w A:R", false),
        ("A:r B:u | B:u A:w", true),
        ("A:u B:r | B:r A:R | A:w | B:w", false),
        ("A:w B:w | B:w ?A:w", false),
        ("A:r B:w -B A:R | B:w A:R", false),
        ("A:u B:w A:w", false),
        ("A:r B:w | A:u B:w A:w", true),
    ];

    /// <summary>The three edges X to Y, Y to Z and Z to X as (held, wanted); the four kinds that lockdep's own test takes.</summary>
    private static readonly (string Name, string[] Edges, bool Deadlocks)[] s_threeLocks =
    [
        ("ER ER ER", ["wR", "wR", "wR"], true),
        ("EN SR ER", ["ww", "rR", "wR"], true),
        ("EN SR SN", ["ww", "rR", "rw"], false),
        ("ER SR EN", ["wR", "rR", "ww"], false),
    ];

    internal static IEnumerable<Case> Readers()
    {
        foreach (var (script, slim, recursive, old) in s_recursion)
        {
            yield return Recursion(script, s_slim, slim);
            yield return Recursion(script, s_slimRecursive, recursive);
            yield return Recursion(script, s_old, old);
        }

        foreach (var (script, deadlocks) in s_twoLocks)
        {
            yield return new Case("reader-writer ABBA", script, s_slim, deadlocks ? LockReportKind.CircularDependency : null);
        }

        foreach (var (name, edges, deadlocks) in s_threeLocks)
        {
            string[] parts = [Part("X", "Y", edges[0]), Part("Y", "Z", edges[1]), Part("Z", "X", edges[2])];
            foreach (int[] order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
            {
                string script = string.Join(" | ", order.Select(i => parts[i]));
                yield return new Case($"three locks {name}", script, s_slim, deadlocks ? LockReportKind.CircularDependency : null);
            }
        }
    }

    private static Case Recursion(string script, Flavor flavor, bool passes)
        => new("reader-writer recursion", script, flavor, passes ? null : LockReportKind.RecursiveLocking);

    private static string Part(string held, string wanted, string modes) => $"{held}:{modes[0]} {wanted}:{modes[1]}";
}
