using Ncsan.Annotations;

namespace Ncsan.Corpus.Harness;

/// <summary>What a running case may ask of its run: how many threads, and whether it is time to stop.</summary>
[NoInstrument]
public static class Session
{
    private static readonly string? s_findings = Environment.GetEnvironmentVariable("NCSAN_FINDINGS");
    private static readonly ManualResetEventSlim s_ended = new();
    private static volatile bool s_done;
    private static int s_tolerated;
    private static Thread? s_watch;

    /// <summary>How many threads a case of the conformance suite runs.</summary>
    public static int Threads { get; set; } = 2;

    /// <summary>The time is up, or the finding that was waited for is on disk.</summary>
    public static bool Done => s_done;

    /// <summary>The case may throw: racing on a collection breaks it, and that is no fault of the case.</summary>
    public static bool MayThrow { get; private set; }

    /// <summary>How many exceptions the case threw that it may throw.</summary>
    public static int Tolerated => s_tolerated;

    /// <summary>The length of the findings file.</summary>
    public static long FindingsLength => s_findings is not null && File.Exists(s_findings) ? new FileInfo(s_findings).Length : 0;

    /// <param name="mayThrow">Whether the case may throw.</param>
    /// <param name="milliseconds">After how long it is done; 0 for never, and then no thread looks after it.</param>
    /// <param name="places">What a finding must name for the case to be done before: <c>File.cs","line":12</c>.</param>
    internal static void Begin(bool mayThrow, int milliseconds, string[] places)
    {
        MayThrow = mayThrow;
        s_tolerated = 0;
        s_done = false;
        s_watch = null;
        s_ended.Reset();
        if (milliseconds == 0) { return; }
        long start = FindingsLength;
        long deadline = Environment.TickCount64 + milliseconds;
        s_watch = new Thread(() =>
        {
            while (Environment.TickCount64 < deadline && !(places.Length > 0 && Found(start, places)) && !s_ended.Wait(5)) { }
            s_done = true;
        }) { IsBackground = true };
        s_watch.Start();
    }

    internal static void End()
    {
        s_ended.Set();
        s_watch?.Join();
    }

    /// <summary>Takes <paramref name="e"/>: counted where the case may throw, else the case fails.</summary>
    internal static Exception? Judge(Exception e)
    {
        if (!MayThrow) { return e; }
        Interlocked.Increment(ref s_tolerated);
        return null;
    }

    private static bool Found(long start, string[] places)
    {
        if (FindingsLength <= start) { return false; }
        using var stream = new FileStream(s_findings!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = start;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is string text)
        {
            if (places.All(place => text.Contains(place + "}", StringComparison.Ordinal) || text.Contains(place + ",", StringComparison.Ordinal))) { return true; }
        }

        return false;
    }
}
