using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

// The context matrix: used in a context, held while it may be entered, safe and unsafe orders, inversions; and the maps of tasks.
internal static partial class Cases
{
    private static readonly Flavor s_monitor = Flavor.All[0];
    private static readonly Flavor s_semaphore = Flavor.All.Single(flavor => flavor.Name == "SemaphoreSlim");
    private static readonly Flavor s_spin = Flavor.All.Single(flavor => flavor.Name == "SpinLock");

    private static readonly string[] s_contexts =
        ["#inline continuation", "#cancel callback", "#event handler", "#finalizer", "#type initializer", "#posted callback"];

    private static readonly (string Name, string Fails, string Passes, LockReportKind Kind)[] s_contextShapes =
    [
        ("used in, then held while", "+# A | A ~#", "+# A | B ~#", LockReportKind.InconsistentContext),
        ("held while, then used in", "A ~# | +# A", "A ~# | +# B", LockReportKind.InconsistentContext),
        ("entered with it held, used in", "A +# -# | +# A", "A -A +# -# | +# A", LockReportKind.InconsistentContext),
        ("safe before unsafe", "+# A | A B | B ~#", "+# A | A B | C ~#", LockReportKind.ContextInversion),
        ("unsafe first, then the order", "B ~# | +# A | A B", "B ~# | +# A | B A", LockReportKind.ContextInversion),
        ("order first, unsafe, then safe", "A B | B ~# | +# A", "A B | A ~# | +# B", LockReportKind.ContextInversion),
        ("over two orders", "+# A | A B | B C | C ~#", "+# A | A B | C B | C ~#", LockReportKind.ContextInversion),
        ("order taken in the context", "+# A B | C ~# | B C", "+# A B | C ~# | C B", LockReportKind.ContextInversion),
        ("tried in the context", "+# ?A B | B ~# ", "+# ?A | A ~#", LockReportKind.InconsistentContext),
        ("let go before entering", "+# A | A B -B ~#", "+# A | A -A B ~#", LockReportKind.InconsistentContext),
    ];

    private static readonly (string Name, string Fails, string Passes, LockReportKind Kind)[] s_taskShapes =
    [
        ("wait under the lock that the body takes", "+@M A | A ~@M", "+@M A | A -A ~@M", LockReportKind.WaitUnderLock),
        ("body after the wait", "A ~@M | +@M A", "A ~@M | +@M B", LockReportKind.WaitUnderLock),
        ("over an order", "+@M A | A B | B ~@M", "+@M A | B A | C ~@M", LockReportKind.WaitUnderLock),
        ("over two maps is not told apart by classes", "+@M A | A ~@M | +@N ~@M | B ~@N", "+@M A | +@N ~@M | B ~@N", LockReportKind.WaitUnderLock),
        ("inside of its own kind", "+@M A ~@M | A ~@M", "+@M A ~@M", LockReportKind.WaitUnderLock),
        ("recursive methods", "+@M ~@N A | +@N ~@M | A ~@M", "+@M ~@N | +@N ~@M", LockReportKind.WaitUnderLock),
        ("another lock of the class", "+@M A | A ~@M", "+@M A' | A ~@M", LockReportKind.WaitUnderLock),
        ("tried by the body", "+@M B ?A | B ~@M", "+@M ?A | A ~@M", LockReportKind.WaitUnderLock),
        ("result on a single-threaded context", "+$S ~@M | +@M ~$S", "+$S -$S ~@M | +@M ~$S", LockReportKind.SyncOverAsync),
        ("posted before the wait was seen", "+@M ~$S | +$S ~@M", "+@M -@M ~$S | +$S ~@M", LockReportKind.SyncOverAsync),
        ("continuation on another context", "+$S ~@M | +@M ~$S", "+$S ~@M | +@M ~$S'", LockReportKind.SyncOverAsync),
    ];

    internal static IEnumerable<Case> Contexts()
    {
        foreach (string context in s_contexts)
        {
            foreach (var (name, fails, passes, kind) in s_contextShapes)
            {
                string Put(string script) => script.Replace("#", context.Replace(' ', '_'));
                yield return new Case(name, Put(fails), s_semaphore, kind);
                yield return new Case(name + ", twin", Put(passes), s_semaphore, null);
            }
        }
    }

    internal static IEnumerable<Case> Tasks()
    {
        foreach (Flavor flavor in (Flavor[])[s_monitor, s_slim, s_semaphore])
        {
            foreach (var (name, fails, passes, kind) in s_taskShapes)
            {
                yield return new Case(name, fails, flavor, kind);
                yield return new Case(name + ", twin", passes, flavor, null);
            }
        }
    }
}
