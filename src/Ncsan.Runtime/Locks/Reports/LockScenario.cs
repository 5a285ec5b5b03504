using System.Text;

namespace Ncsan.Runtime.Locks.Reports;

/// <summary>The meeting of threads that would hang: a column a thread, a row a step.</summary>
internal static class LockScenario
{
    private const int MaxColumns = 4;

    internal static IReadOnlyList<string> Of(IReadOnlyList<Dependency> cycle)
    {
        // The closing edge comes first in the cycle and last in the story.
        Dependency[] edges = [.. cycle.Skip(1).Append(cycle[0]).Take(MaxColumns)];
        string[] first = Array.ConvertAll(edges, LockWords.First), second = Array.ConvertAll(edges, LockWords.Second);
        int width = first.Concat(second).Max(text => text.Length) + 2;
        var lines = new List<string> { Row(width, [.. edges.Select((_, i) => $"thread {(char)('A' + i)}")]) };
        for (int i = 0; i < edges.Length; i++) { lines.Add(Row(width, At(edges.Length, i, first[i]))); }
        for (int i = 0; i < edges.Length; i++) { lines.Add(Row(width, At(edges.Length, i, second[i]))); }
        if (cycle.Count - edges.Length is var more and > 0) { lines.Add($"... and {more} more {(more == 1 ? "thread" : "threads")} alike"); }
        return lines;
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
