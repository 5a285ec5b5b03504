using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Findings;

/// <summary>The thread that turns findings into lines on disk. It lives under its guard for good, so that what it calls is never checked.</summary>
internal static class Reporter
{
    /// <summary>How long the thread that found something waits until it is on disk. The first finding compiles everything on this path.</summary>
    private const int FlushPatience = 5_000_000;

    private const int ExitPatience = 3_000_000;

    private const int Nap = 50;

    private static readonly AutoResetEvent s_arrived = new(false);
    private static readonly Dictionary<string, List<(int, int)>> s_written = new(StringComparer.Ordinal);
    private static readonly HashSet<(int, int)> s_pairs = [];

    /// <summary>Of whose member one may learn later which lock usually guards it: the first meeting often comes before enough accesses were seen.</summary>
    private static readonly Dictionary<string, (string Member, IReadOnlyCollection<string> HeldByBoth)> s_guarded = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, int> s_repeats = new(StringComparer.Ordinal);
    private static Finding? s_queue;
    private static int s_pending;
    private static int s_finished;

    internal static void Start() => new Thread(Run) { IsBackground = true, Name = "ncsan reporter" }.Start();

    /// <summary>Hands a finding over and waits, for a bounded time, until it is on disk: after that it cannot be lost.</summary>
    internal static void Submit(Finding finding)
    {
        Interlocked.Increment(ref s_pending);
        do { finding.Next = s_queue; }
        while (Interlocked.CompareExchange(ref s_queue, finding, finding.Next) != finding.Next);
        s_arrived.Set();
        if (!WaitUntil(() => finding.IsDone, FlushPatience)) { Statistics.Count(ref Statistics.LostFindings); }
    }

    /// <summary>Drains what is there, and writes repeats and the summary. Once.</summary>
    internal static void Finish()
    {
        if (Interlocked.Exchange(ref s_finished, 1) != 0) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        thread.Guard++;
        WaitUntil(static () => !Encounter.AnyUnderWay && Volatile.Read(ref s_pending) == 0, ExitPatience);
        if (FindingsFile.IsAsked || FindingsFile.IsWritten)
        {
            lock (s_written)
            {
                foreach ((string id, List<(int, int)> pairs) in s_written)
                {
                    int count = 1 + s_repeats.GetValueOrDefault(id) + pairs.Sum(static p => KnownPairs.CountOf(p.Item1, p.Item2));
                    string? usualLock = s_guarded.TryGetValue(id, out var guarded) ? UsualLocks.Of(guarded.Member, guarded.HeldByBoth) : null;
                    if (count > 1 || usualLock is not null) { FindingsFile.Append(Lines.Repeat(id, count, usualLock)); }
                }

                FindingsFile.Append(Lines.Summary(s_written.Count));
            }
        }

        if (!FindingsFile.IsAsked && s_written.Count > 0)
        {
            Notice.Say("NCS0000", $"{s_written.Count} finding{(s_written.Count == 1 ? "" : "s")} in {FindingsFile.Path}");
        }

        thread.Guard--;
    }

    private static void Run()
    {
        SanitizedThread.BeOurOwn();
        WarmUp.Run();
        while (true)
        {
            s_arrived.WaitOne();
            Drain();
        }
    }

    /// <summary>Not inlined: the waiting loop must not keep the last finding, with its stacks, alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drain()
    {
        for (Finding? finding = Interlocked.Exchange(ref s_queue, null); finding is not null; finding = finding.Next)
        {
            try { Write(finding); }
            catch (Exception fault) { Faults.Disable("the reporter", fault); }
            finding.IsDone = true;
            Interlocked.Decrement(ref s_pending);
        }
    }

    private static void WriteOther((string Id, JsonLine Line) other)
    {
        lock (s_written)
        {
            if (s_written.ContainsKey(other.Id)) { s_repeats[other.Id] = s_repeats.GetValueOrDefault(other.Id) + 1; }
            else if (s_written.Count >= Configuration.MaxFindings) { Statistics.Count(ref Statistics.LostFindings); }
            else if (FindingsFile.Append(other.Line)) { s_written.Add(other.Id, []); }
        }
    }

    private static void Write(Finding finding)
    {
        if (finding.Other is { } other)
        {
            WriteOther(other());
            return;
        }

        (int, int) pair = (finding.Mine.Site, finding.Theirs?.Site ?? 0);
        var resolved = ResolvedFinding.Of(finding);
        if (resolved.IsFrameworksOwn || resolved.IsCachedTwice)
        {
            Statistics.Count(ref Statistics.FrameworksOwn);
            KnownPairs.Add(pair.Item1, pair.Item2);
            return;
        }

        string id = SameDefect.IdOf(resolved);
        lock (s_written)
        {
            if (s_written.TryGetValue(id, out List<(int, int)>? pairs))
            {
                // A pair of the framework that was known before is counted as such.
                bool isNew = s_pairs.Add(pair);
                if (isNew) { pairs.Add(pair); }
                if (isNew || resolved.Mine.Operation is null) { s_repeats[id] = s_repeats.GetValueOrDefault(id) + 1; }
            }
            else if (s_written.Count >= Configuration.MaxFindings)
            {
                Statistics.Count(ref Statistics.LostFindings);
            }
            else if (FindingsFile.Append(Lines.Finding(resolved)))
            {
                s_pairs.Add(pair);
                s_written.Add(resolved.Id, [pair]);
                if (Configuration.Locks && resolved.Mine.Operation is null) { s_guarded.Add(resolved.Id, (resolved.Member, resolved.HeldByBoth)); }
            }
        }

        Candidates.Observed(pair.Item1, pair.Item2);
        KnownPairs.Add(pair.Item1, pair.Item2);
    }

    private static bool WaitUntil(Func<bool> condition, int microseconds)
    {
        long end = Stopwatch.GetTimestamp() + (microseconds * Stopwatch.Frequency / 1_000_000);
        while (!condition())
        {
            if (Stopwatch.GetTimestamp() > end) { return false; }
            Native.Sleep(Nap);
        }

        return true;
    }
}
