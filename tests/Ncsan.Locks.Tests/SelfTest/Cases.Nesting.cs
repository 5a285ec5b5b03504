using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

// Locks of one class under each other, guards, one thread, subclasses, wait types and classes out of validation.
internal static partial class Cases
{
    private static readonly (string Name, string Fails, string Passes, LockReportKind Kind)[] s_nesting =
    [
        ("transfer(a, b) against transfer(b, a)", "A A' | A' A", "A A' | A A'", LockReportKind.InstanceInversion),
        ("three philosophers", "A A' | A' A'' | A'' A", "A A' | A' A'' | A A''", LockReportKind.InstanceInversion),
        ("subclasses taken both ways", "A A/1 | A/1 A", "A A/1 | A A/1", LockReportKind.CircularDependency),
        ("the parent's subclass inverted over another class", "A B A/1 | A/1 B", "A B A/1 | B A/1", LockReportKind.CircularDependency),
        ("an outer lock in one half only", "G A B | B A", "G A B | G B A", LockReportKind.CircularDependency),
        ("different outer locks", "G A B | H B A", "G H A B | H B A", LockReportKind.CircularDependency),
        ("a guard lost later", "G A B | G B A | A B | B A", "G A B | G B A | G A B", LockReportKind.CircularDependency),
        ("an outer lock between the two", "A G B | B G A", "G A B | G B A", LockReportKind.CircularDependency),
        ("both orders on two threads", "A B | B A", "A B ; B A", LockReportKind.CircularDependency),
        ("one thread, then another", "A B ; B A | A B", "A B ; B A ; A B", LockReportKind.CircularDependency),
        ("siblings nested under their parent", "A A' | A' A", "P A A'<P | P A' A<P", LockReportKind.InstanceInversion),
        ("a class out of validation", "A B | B A", "nA A B | B A", LockReportKind.CircularDependency),
        ("other locks of the same two classes", "A B | B A", "A B | B' A'", LockReportKind.CircularDependency),
        ("tried in both halves", "A B | ?B A", "A ?B | B ?A", LockReportKind.CircularDependency),
        ("as many seats as philosophers", "%3S S A A' | S A' A'' | S A'' A", "%2S S A A' | S A' A'' | S A'' A", LockReportKind.InstanceInversion),
        ("a philosopher without a seat", "%2S S A A' | S A' A'' | A'' A", "%2S S A A' | S A' A'' | S A'' A | A'' B", LockReportKind.InstanceInversion),
        ("a seat that is taken between the two", "%1S A S B | B S A", "%1S S A B | S B A", LockReportKind.CircularDependency),
        ("a circle in a throttle and one beside it", "%1S S A B | S B A | B C | C A", "%1S S A B | S B A | A C | B C", LockReportKind.CircularDependency),
    ];

    private static readonly (string Name, string Fails, string Passes, LockReportKind Kind)[] s_waitTypes =
    [
        ("a lock that sleeps under one that spins", "*S S A", "*S A S", LockReportKind.InvalidWait),
        ("a task waited for under one that spins", "*S S ~@M", "*S S -S ~@M", LockReportKind.InvalidWait),
        ("a lock that sleeps between two that spin", "*S *T S T A", "*S *T S T", LockReportKind.InvalidWait),
        ("a lock that sleeps on a warm chain", "S A | *S S A", "S A | *S S ?A", LockReportKind.InvalidWait),
        ("after the spinning lock was let go out of order", "*S B S -B A", "*S B S -S A", LockReportKind.InvalidWait),
    ];

    internal static IEnumerable<Case> Nesting()
    {
        foreach (Flavor flavor in Flavor.All.Where(flavor => flavor.WantMode == WantMode.Exclusive))
        {
            foreach (var (name, fails, passes, kind) in s_nesting)
            {
                yield return new Case(name, fails, flavor, kind);
                yield return new Case(name + ", twin", passes, flavor, null);
            }

            if (flavor.LockKind == LockKind.SpinLock) { continue; }
            foreach (var (name, fails, passes, kind) in s_waitTypes)
            {
                yield return new Case(name, fails, flavor, kind);
                yield return new Case(name + ", twin", passes, flavor, null);
            }
        }
    }
}
