using System.Text;

namespace Ncsan.Runtime.Locks.Reports;

/// <summary>The meeting of threads that would hang: a column a thread, a row a step.</summary>
internal static class LockScenario
{
    private const int MaxColumns = 4;

    internal static IReadOnlyList<string> Of(IReadOnlyList<Dependency> cycle)
    {
        List<List<string>> threads = Threads(cycle);
        int columns = Math.Min(threads.Count, MaxColumns);
        int width = threads.Max(steps => steps.Max(text => text.Length)) + 2;
        var lines = new List<string> { Row(width, [.. Enumerable.Range(0, columns).Select(i => $"thread {(char)('A' + i)}")]) };
        for (int i = 0; i < columns; i++) { lines.Add(Row(width, At(columns, i, threads[i][0]))); }
        for (int i = 0; i < columns; i++) { lines.AddRange(threads[i].Skip(1).Select(step => Row(width, At(columns, i, step)))); }
        if (threads.Count - columns is var more and > 0) { lines.Add($"... and {more} more {(more == 1 ? "thread" : "threads")} alike"); }
        return lines;
    }

    /// <summary>What each thread does. Code that is entered inline is run by the thread that enters it.</summary>
    private static List<List<string>> Threads(IReadOnlyList<Dependency> cycle)
    {
        // The closing edge comes first in the cycle and last in the story.
        List<Dependency> edges = [.. cycle.Skip(1), cycle[0]];
        if (edges[0].From.Class.EnteredInline) { edges = [edges[^1], .. edges[..^1]]; }
        var threads = new List<List<string>>();
        foreach (Dependency edge in edges)
        {
            if (edge.From.Class.EnteredInline && threads.Count > 0) { threads[^1].Add(LockWords.Second(edge)); } else { threads.Add([LockWords.First(edge), LockWords.Second(edge)]); }
        }

        return threads;
    }

    private static string[] At(int count, int column, string text)
    {
        string[] row = new string[count];
        Array.Fill(row, "");
        row[column] = text;
        return row;
    }

    private static string Row(int width, string[] cells)
    {
        var row = new StringBuilder();
        for (int i = 0; i < cells.Length; i++) { row.Append(i == 0 ? "" : "| ").Append(cells[i].PadRight(width)); }
        return row.ToString().TrimEnd();
    }
}
