using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

// Releases that do not fit, locks left over, pins and assertions.
internal static partial class Cases
{
    private static readonly (string Name, string Fails, string Passes, LockReportKind Kind)[] s_misuse =
    [
        ("double unlock", "A -A -A", "A -A A -A", LockReportKind.BadUnlock),
        ("unlock by another thread", "A leave | -A", "A -A | A -A", LockReportKind.BadUnlock),
        ("unlock of a lock never taken", "-A", "A -A", LockReportKind.BadUnlock),
        ("unlock of another lock of the class", "A -A'", "A' -A'", LockReportKind.BadUnlock),
        ("held when the thread ends", "A end", "A -A end", LockReportKind.HeldAtEnd),
        ("disposed while held", "A xA", "A -A xA", LockReportKind.BadUnlock),
    ];

    private static readonly (string Name, string Fails, string Passes, LockReportKind Kind)[] s_assertions =
    [
        ("released while pinned", "A ^A -A", "A ^A _A -A", LockReportKind.BadUnlock),
        ("pinned twice, unpinned once", "A ^A ^A _A -A", "A ^A ^A _A _A -A", LockReportKind.BadUnlock),
        ("pinned without being held", "^A", "A ^A _A", LockReportKind.AssertionFailed),
        ("unpinned without a pin", "A _A", "A ^A _A", LockReportKind.AssertionFailed),
        ("asserted held", "=A", "A =A", LockReportKind.AssertionFailed),
        ("asserted held after release", "A -A =A", "A B -B =A", LockReportKind.AssertionFailed),
        ("another lock of the class asserted held", "A =A'", "A A' =A'", LockReportKind.AssertionFailed),
        ("asserted not held", "A !A", "A -A !A", LockReportKind.AssertionFailed),
        ("nested under a parent that is not held", "A'<B", "B A A'<B", LockReportKind.AssertionFailed),
    ];

    internal static IEnumerable<Case> Unlocks()
    {
        foreach (Flavor flavor in Flavor.All)
        {
            foreach (var (name, fails, passes, kind) in s_misuse)
            {
                // Anybody may release a semaphore: that makes it a signal, and no lock.
                bool silent = flavor.LockKind.IsSemaphore() && !name.StartsWith("disposed", StringComparison.Ordinal);
                yield return new Case(name, fails, flavor, silent ? null : kind);
                yield return new Case(name + ", twin", passes, flavor, null);
            }

            foreach (var (name, fails, passes, kind) in s_assertions)
            {
                yield return new Case(name, fails, flavor, kind);
                yield return new Case(name + ", twin", passes, flavor, null);
            }
        }
    }
}
