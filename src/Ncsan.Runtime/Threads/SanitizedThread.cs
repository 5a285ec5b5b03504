using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Threads;

/// <summary>What the detector keeps of a thread (KCSAN's kcsan_ctx). Only ever reached from slow paths: a thread static would dominate a fast one.</summary>
internal sealed class SanitizedThread
{
    [ThreadStatic]
    private static SanitizedThread? t_current;

    [ThreadStatic]
    private static bool t_isBeingMade;

    private static int s_count;

    private readonly (nuint Low, nuint High) _stack = Native.StackBounds();
    private byte[]? _scratch;
    private List<HeldAccess>? _asserted;

    private SanitizedThread()
    {
        Managed = Thread.CurrentThread;
        Number = Interlocked.Increment(ref s_count);
        Random = (uint)Number * 2654435761;
        SystemId = Native.ThreadId();
        Actor = Actor.Root(Creation.ForksOf(Managed), Creation.MarkerOf(Managed));
        Census.Add(this);
    }

    /// <summary>The current thread is one of the runtime's own: it is never checked, and nobody races with it.</summary>
    internal static void BeOurOwn()
    {
        Current.Guard++;
        Census.Remove(Current);
    }

    /// <summary>The state of the current thread.</summary>
    internal static SanitizedThread Current => t_current ?? Create();

    /// <summary>The state of the current thread, or null when it is inside the runtime already, be it that this state is just being made: an
    /// instrumented framework calls hooks while it is.</summary>
    internal static SanitizedThread? OutsideOrNull
    {
        get
        {
            if (t_current is { } thread) { return thread.Guard == 0 ? thread : null; }
            return t_isBeingMade ? null : Create();
        }
    }

    internal Thread Managed { get; }

    /// <summary>A number that no other thread of the process ever has: ids of managed threads are given again. Never 0.</summary>
    internal int Number { get; }

    /// <summary>The system's id of the thread, or 0 where it is not known.</summary>
    internal int SystemId { get; }

    /// <summary>The thread itself as one whose accesses are ordered, where nothing says that it runs on somebody else's behalf.</summary>
    internal Actor Actor { get; }

    /// <summary>The steps of async methods that the thread is in, innermost last.</summary>
    internal readonly List<AsyncStep> AsyncSteps = [];

    /// <summary>The piece of marked work that the thread was last seen to run, its marker and its task.</summary>
    internal Actor? MarkedBy, Marked;

    internal int MarkedTask;

    /// <summary>The marker of the work that the thread gave away last.</summary>
    internal int LastMarker;

    /// <summary>Where it was last.</summary>
    internal Trail Trail;

    /// <summary>Stands at a directed watchpoint.</summary>
    internal volatile bool IsWaiting;

    /// <summary>The name for the report: the program's, or what the thread is. To be asked on the thread itself: a dead one no longer knows.</summary>
    internal string Name => Managed.IsThreadPoolThread ? "thread pool" : Managed.Name is { Length: > 0 } name ? name : Managed.ManagedThreadId == 1 ? "main" : "";

    /// <summary>Greater than zero inside the runtime: every hook returns at once. The second line of defence, never the first.</summary>
    internal int Guard;

    /// <summary>How many ignore scopes are open.</summary>
    internal int Ignoring;

    /// <summary>How many nestable atomic regions are open.</summary>
    internal int AtomicNesting;

    /// <summary>Whether the flat atomic region is open.</summary>
    internal bool IsInFlatAtomic;

    /// <summary>How many accesses to come count as marked.</summary>
    internal int AtomicNext;

    /// <summary>The bits that the assertion under way is about; 0 for all.</summary>
    internal ulong AccessMask;

    /// <summary>Assertions that last, innermost last.</summary>
    internal List<HeldAccess> Asserted => _asserted ??= [];

    /// <summary>The one access that weak memory may still hold back, if any.</summary>
    internal HeldAccess Reordered;

    /// <summary>Time that the thread may still stand at watchpoints: in the program's own code, and in what an instrumented framework does by itself. The framework
    /// has more code that is new to a short program than the program, and would leave it nothing; and two threads that start with it would be shifted apart.</summary>
    private DelayCredit _ownCredit = new(part: 1), _frameworkCredit = new(part: 4);

    /// <summary>The turn that comes next is for an access that an instrumented framework makes on behalf of a call that was due.</summary>
    internal bool IsLed;

    /// <summary>How many accesses pass until the next turn, before it is varied.</summary>
    internal int SkipPeriod;

    /// <summary>How many accesses the turn that is running out was set to.</summary>
    internal int Skipped;

    /// <summary>The state of this thread's random numbers.</summary>
    internal uint Random;

    /// <summary>Room for the value of a location before the delay, if it needs any.</summary>
    internal Span<byte> FirstScratch(int size) => size <= sizeof(ulong) ? default : (_scratch ??= new byte[2 * WatchWord.MaxSize]).AsSpan(0, WatchWord.MaxSize);

    /// <summary>Room for the value after it.</summary>
    internal Span<byte> SecondScratch(int size) => size <= sizeof(ulong) ? default : (_scratch ??= new byte[2 * WatchWord.MaxSize]).AsSpan(WatchWord.MaxSize);

    /// <summary>Whether an address is on this thread's stack, where nobody else may look.</summary>
    internal unsafe bool IsOnStack(nuint address)
    {
        if (_stack.High != 0) { return address - _stack.Low < _stack.High - _stack.Low; }

        // Without bounds: everything up to the largest usual stack above this frame.
        byte here;
        return address - (nuint)(&here) < 16 << 20;
    }

    /// <summary>The access at hand is one that an instrumented framework makes by itself, not for a call that was due.</summary>
    internal bool FrameworkPays;

    /// <summary>What pays for a delay at the access at hand.</summary>
    internal ref DelayCredit Credit => ref FrameworkPays ? ref _frameworkCredit : ref _ownCredit;

    /// <summary>Notes that the thread needs, or no longer needs, to see each of its accesses on the slow path.</summary>
    internal void SetAttention(bool before, bool after)
    {
        if (before != after) { Interlocked.Add(ref Sampler.Attentive, after ? 1 : -1); }
    }

    /// <summary>KCSAN's generator: private, because the system's own could lead back here.</summary>
    internal uint NextRandom(uint bound)
    {
        Random = (1664525 * Random) + 1013904223;
        return bound == 0 ? 0 : (uint)(((ulong)Random * bound) >> 32);
    }

    private static SanitizedThread Create()
    {
        t_isBeingMade = true;
        try { return Make(); }
        finally { t_isBeingMade = false; }
    }

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SanitizedThread Make() => t_current = new SanitizedThread();
}
