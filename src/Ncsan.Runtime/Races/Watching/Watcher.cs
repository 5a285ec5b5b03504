using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Watching;

/// <summary>Who armed a slot, and where: what the thread that hits needs to know of its owner. One a slot, reused.</summary>
internal sealed class Watcher
{
    internal SanitizedThread? Thread;
    internal int Site;
    internal AccessKind Kind;

    /// <summary>What the thread that hit has told; its <see cref="Hit.Stamp"/> says for which arming, because a slow thread may tell it
    /// after the owner gave up.</summary>
    internal volatile Hit? Hit;
}

/// <summary>The message from the thread that hits a watchpoint to its owner.</summary>
/// <param name="stamp">The arming that was hit.</param>
/// <param name="side">The access of the thread that hit, or null for an intended write, which is nobody's report.</param>
/// <param name="measures">The thread that hit stays to see whether the value changes; the owner hands over and goes on.</param>
internal sealed class Hit(Stamp stamp, Side? side, bool measures)
{
    internal Stamp Stamp => stamp;

    internal Side Side => side!;

    /// <summary>The program says that the write may race. The owner has to know of it all the same, or the new value would be of unknown origin.</summary>
    internal bool IsIntended => side is null;

    internal bool Measures => measures;

    /// <summary>The owner's access, once it has let go of the slot.</summary>
    internal volatile Side? Owner;
}
