using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>Decides which accesses get a watchpoint.</summary>
/// <remarks>
/// Fast: <see cref="IsDue"/>. Two things make an access due: its site is cold (it ran a few times only: bugs hide in cold code), or
/// the skip counter ran out. KCSAN counts per processor; a thread static here would cost more than everything else, so the counters sit
/// in cells of a cache line each, chosen by the address of the stack, which is nearly one a thread.
/// </remarks>
internal static unsafe class Sampler
{
    internal const int MaxSites = 1 << 24;

    private const int Cells = 256, CellShift = 18, CellInts = 16;

    /// <summary>The bits that count the first executions of a site.</summary>
    private const int VisitBits = 127;

    /// <summary>What a sleep takes beyond its time, in microseconds.</summary>
    private const int WakeUp = 100;

    private const byte DirectedBit = 128;

    /// <summary>How many executions of a site are first ones again when work is handed to another thread.</summary>
    private const byte Again = 4;

    /// <summary>The first times that this happens it may at any time; later on the longer apart the more often it did: a program that hands on work all the time is known by then.</summary>
    private const int FreeTimes = 16;

    private static readonly long s_againStep = Stopwatch.Frequency / 3_000;

    /// <summary>About how many accesses the framework makes for one call of a collection.</summary>
    private const int LongestLead = 10;

    /// <summary>For each site how many of its first executions are still to come, and whether somebody is to wait there. Zeroed memory that the system
    /// hands out page by page.</summary>
    private static readonly byte* s_heat = (byte*)NativeMemory.AllocZeroed(MaxSites);

    /// <summary>How many executions of each site were counted. As the heat: the system hands out the pages that are used.</summary>
    private static readonly int* s_visits = (int*)NativeMemory.AllocZeroed(MaxSites, sizeof(int));

    private static readonly int* s_skip = AllocateCells();

    private static readonly Gate s_heating = new();
    private static int s_sites, s_times;
    private static long s_nextTime;

    /// <summary>About how many checks were made: counted when a thread's turn comes.</summary>
    internal static long Checks;

    /// <summary>Goes up whenever State does.</summary>
    internal static int Window;

    /// <summary>How many threads need to see each of their accesses: those in a scope, or with an access that memory may hold back.</summary>
    internal static int Attentive;

    /// <summary>Whether this access must take the slow path though nobody watches its location.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsDue(int site)
    {
        byte here;
        return (s_heat[(uint)site] | Attentive) != 0 || --s_skip[CellOf(&here)] < 0;
    }

    /// <summary>Whether an access that is never watched by chance must take the slow path all the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNoted(int site) => (s_heat[(uint)site] | Attentive) != 0;

    /// <summary>Whether an event that is no access must take the slow path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsAttentive() => Attentive != 0;

    /// <summary>How many executions of a site are its first ones: those that are watched, or as many as fit where near misses are remembered. Each costs
    /// a tenth of a microsecond.</summary>
    private static int FirstVisits => Candidates.AreKept ? VisitBits : Configuration.ColdVisits;

    /// <summary>The sites of a module begin cold.</summary>
    internal static void AddSites(int first, int count)
    {
        Unsafe.InitBlockUnaligned(s_heat + first, (byte)FirstVisits, (uint)count);
        s_heating.Enter();
        s_sites = Math.Max(s_sites, first + count);
        s_heating.Leave();
    }

    /// <summary>The site is a side of a candidate.</summary>
    internal static void Direct(int site)
    {
        s_heating.Enter();
        s_heat[site] |= DirectedBit;
        s_heating.Leave();
    }

    /// <summary>Work is handed to another thread: what ran often until now ran for whoever did that alone, and what comes is worth remembering anew.</summary>
    internal static void WorkIsHandedOn()
    {
        long now = Stopwatch.GetTimestamp();
        if (now < Volatile.Read(ref s_nextTime)) { return; }
        s_heating.Enter();
        if (now >= s_nextTime)
        {
            if (++s_times > FreeTimes) { s_nextTime = now + (s_times * s_againStep); }
            for (int at = 0; at < s_sites; at += sizeof(ulong)) { if (HasZero(*(ulong*)(s_heat + at))) { Heat(at); } }
        }

        s_heating.Leave();
    }

    private static void Heat(int first)
    {
        for (int site = first; site < first + sizeof(ulong); site++) { if (s_heat[site] == 0) { s_heat[site] = Again; } }
    }

    /// <summary>Whether a byte of eight is zero.</summary>
    private static bool HasZero(ulong eight) => ((eight - 0x0101010101010101) & ~eight & 0x8080808080808080) != 0;

    internal static bool IsDirected(int site) => (s_heat[site] & DirectedBit) != 0;

    /// <summary>Counts an execution on the slow path.</summary>
    /// <returns>Whether it is one of the first, whether of the very first, and its number, or 0 where not every execution comes by here.</returns>
    internal static (bool IsFirst, bool IsCold, int Number) Visit(int site)
    {
        byte heat = s_heat[site];
        int left = heat & VisitBits;
        int number = (heat & DirectedBit) != 0 || s_visits[site] < FirstVisits ? ++s_visits[site] : 0;
        if (left == 0) { return (false, false, number); }
        s_heat[site] = (byte)(heat - 1);
        return (true, left > FirstVisits - Configuration.ColdVisits, number);
    }

    /// <summary>Decides on the slow path, and sets the thread's next turn.</summary>
    /// <param name="access">The access.</param>
    /// <param name="cold">Its site has run a few times only: it is watched, and for longer.</param>
    /// <param name="isChosen">It is watched for another reason.</param>
    /// <returns>How long to watch in microseconds, or 0 for not at all.</returns>
    internal static int Decide(in Access access, bool cold, bool isChosen = false)
    {
        byte here;
        SanitizedThread thread = access.Thread;

        // Whatever else brought the access here, it counts.
        ref int skip = ref s_skip[CellOf(&here)];
        bool due = skip < 0 || --skip < 0;
        if (!cold && !due && !isChosen) { return 0; }
        long now = Stopwatch.GetTimestamp();
        bool frameworks = FrameworkLink.IsFrameworkSite(access.Site), led = due && frameworks && thread.IsLed;
        if (led) { thread.IsLed = false; }
        thread.FrameworkPays = frameworks && !led;
        ref DelayCredit credit = ref thread.Credit;
        if (due) { SetSkip(thread, CellOf(&here), now, ref credit); }
        if (Census.IsAlone(thread))
        {
            Statistics.Count(ref Statistics.Alone);
            return 0;
        }

        if (!credit.IsLeft(now))
        {
            Statistics.Count(ref Statistics.OverBudget);
            return 0;
        }

        // What is cold in the framework is new to this process only: it is the program's first executions that are worth a long delay.
        bool isLong = led || (cold && !frameworks);
        return Delay.Draw(thread, isLong ? Configuration.ColdDelay : Configuration.Delay, access.Kind, isLong);
    }

    /// <summary>The turn of a call goes to one of the accesses that an instrumented framework is about to make for it.</summary>
    internal static void Lead(SanitizedThread thread)
    {
        byte here;
        s_skip[CellOf(&here)] = thread.Skipped = (int)thread.NextRandom(LongestLead);
        thread.IsLed = true;
    }

    /// <summary>Notes the delay, of which a thread's time may hold only so much.</summary>
    /// <param name="thread">The thread that stood still.</param>
    /// <param name="started">Since when.</param>
    /// <param name="wanted">How long it was to be, in microseconds. A sleep that took longer because the cores were busy took nothing from anybody.</param>
    internal static void Delayed(SanitizedThread thread, long started, int wanted)
    {
        long now = Stopwatch.GetTimestamp();
        Interlocked.Add(ref Statistics.DelayMicroseconds, (now - started) * 1_000_000 / Stopwatch.Frequency);
        thread.Credit.Spend(now, Math.Min(now - started, (wanted + WakeUp) * Stopwatch.Frequency / 1_000_000));
    }

    /// <summary>The next turn comes after a random number of accesses, but not so soon that turns fall into the rest after a delay: the period
    /// doubles when it did, and shrinks back to the option when not.</summary>
    private static void SetSkip(SanitizedThread thread, nuint cell, long now, ref DelayCredit credit)
    {
        int usual = Configuration.SkipWatch;
        Interlocked.Add(ref Checks, thread.Skipped);
        thread.SkipPeriod = !credit.IsLeft(now) ? Math.Min(2 * Math.Max(thread.SkipPeriod, Math.Max(usual, 1)), 1 << 22) : Math.Max(usual, thread.SkipPeriod / 2);
        s_skip[cell] = thread.Skipped = thread.SkipPeriod - (int)thread.NextRandom((uint)thread.SkipPeriod);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint CellOf(void* stack) => ((nuint)stack >> CellShift) % Cells * CellInts;

    private static int* AllocateCells()
    {
        void* memory = NativeMemory.AlignedAlloc(Cells * CellInts * sizeof(int), CellInts * sizeof(int));
        NativeMemory.Clear(memory, Cells * CellInts * sizeof(int));
        return (int*)memory;
    }
}
