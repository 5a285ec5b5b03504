using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

/// <summary>One row: what happens, on which lock type, and what must be reported; null when nothing may be.</summary>
internal sealed record Case(string Name, string Script, Flavor Flavor, LockReportKind? Expected)
{
    public override string ToString() => $"{(Expected is { } kind ? kind : "silent")}: {Name} [{Flavor}] {Script}";
}

/// <summary>Tables grow a row for each lock type, and most rows a twin that must pass.</summary>
internal static partial class Cases
{
    /// <summary>The patterns of locking-selftest. The last pair the other way round is the twin: it follows the order that the others set.</summary>
    private static readonly (string Name, string Fails, string Passes)[] s_orders =
    [
        ("ABBA", "A B | B A", "A B | A B"),
        ("ABBCCA", "A B | B C | C A", "A B | B C | A C"),
        ("ABCABC", "A B | C A | B C", "A B | C A | C B"),
        ("ABBCCDDA", "A B | B C | C D | D A", "A B | B C | C D | A D"),
        ("ABCDBDDA", "A B | C D | B D | D A", "A B | C D | B D | A D"),
        ("ABCDBCDA", "A B | C D | B C | D A", "A B | C D | B C | A D"),
        ("ABBA under trylocks in between", "A ?C B | B ?C A", "A ?C B | A ?C B"),
        ("ABBA released out of order", "A C -A B -C -B | B D A -B -A -D | B C", "A C -A B -C -B | A D B | C B"),
        ("ABBA with B still held when A goes", "A B -A C | C A", "A B -A C | A C"),
    ];

    internal static IEnumerable<Case> Orders()
    {
        foreach (Flavor flavor in Flavor.All)
        {
            yield return flavor.IsReentrant && flavor.WantMode != WantMode.Shared || flavor.LockKind == LockKind.ReaderWriterLock
                ? new Case("AA of a re-entrant lock", "A A -A -A", flavor, null)
                : new Case("AA", "A A", flavor, LockReportKind.RecursiveLocking);
            yield return new Case("AA with try", "A ?A", flavor, null);
            yield return new Case("AB", "A B", flavor, null);
            foreach (var (name, fails, passes) in s_orders)
            {
                yield return new Case(name, fails, flavor, LockReportKind.CircularDependency);
                yield return new Case(name + ", twin", passes, flavor, null);
            }
        }

        foreach (Flavor reader in Flavor.Readers)
        {
            foreach (var (name, fails, _) in s_orders) { yield return new Case(name + " of readers", fails, reader, null); }
        }
    }
}
