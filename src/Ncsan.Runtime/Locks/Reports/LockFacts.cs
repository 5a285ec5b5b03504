using System.Diagnostics;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Locks.Reports;

/// <summary>What a run knew about its locks, as one line of the findings file for <c>ncsan locks</c> (the kernel's /proc/lockdep and /proc/lock_stat).</summary>
internal static class LockFacts
{
    internal static void Write(Validator validator)
    {
        if (!FindingsFile.IsAsked && !FindingsFile.IsWritten) { return; }
        LockGraph graph = validator.Graph;
        graph.Lock.Enter();
        try
        {
            if (graph.Classes.Count == 0) { return; }
            JsonLine line = new JsonLine().Open().Put("schema", 1).Put("record", "locks").Put("pid", Environment.ProcessId)
                .Put("chains", validator.ChainCount).Put("chainMisses", validator.ChainMisses).Put("pairs", graph.PairCount).OpenList("classes");
            foreach (LockClass lockClass in graph.Classes) { Class(line, lockClass); }
            line.CloseList().OpenList("dependencies");
            foreach (Dependency edge in graph.Dependencies) { Edge(line, edge); }
            line.CloseList().OpenList("withheld");
            foreach (LockReport report in validator.Withheld)
            {
                line.Open().Put("kind", LockRules.Of(report.Kind).Kind).Put("grade", report.Grade.ToString())
                    .Put("cycle", string.Join(" -> ", report.Cycle.Select(edge => edge.From.Class.Name))).Close();
            }

            FindingsFile.Append(line.CloseList().Close());
        }
        finally
        {
            graph.Lock.Exit();
        }
    }

    private static void Class(JsonLine line, LockClass lockClass) => line.Open().Put("id", lockClass.Id).Put("name", lockClass.Name).Put("kind", lockClass.Kind.ToString())
        .Put("unordered", lockClass.Unordered ? lockClass.UnorderedBecause : null).Put("contentions", lockClass.Contentions)
        .Put("waitMicroseconds", Microseconds(lockClass.WaitTicks)).Put("maxWaitMicroseconds", Microseconds(lockClass.MaxWaitTicks)).Close();

    private static void Edge(JsonLine line, Dependency edge) => line.Open().Put("from", edge.From.Class.Id).Put("to", edge.To.Class.Id).Put("modes", LockModes.Describe(edge.Modes))
        .Put("pairs", edge.Pairs).Put("heldAt", Place(edge.First.HeldSite)).Put("wantedAt", Place(edge.First.Site)).Put("thread", edge.First.Thread.ToString()).Close();

    private static string? Place(int site) => Modules.Find(site) is { } known ? known.File is null ? known.Method : $"{known.Method} {known.File}:{known.Line}" : null;

    private static long Microseconds(long ticks) => ticks * 1_000_000 / Stopwatch.Frequency;
}
