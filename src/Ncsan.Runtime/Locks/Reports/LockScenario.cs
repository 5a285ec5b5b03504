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
        string[] first = Array.ConvertAll(edges, edge => First(edge.From)), second = Array.ConvertAll(edges, edge => Second(edge.To));
        int width = first.Concat(second).Max(text => text.Length) + 2;
        var lines = new List<string> { Row(width, [.. edges.Select((_, i) => $"thread {(char)('A' + i)}")]) };
        for (int i = 0; i < edges.Length; i++) { lines.Add(Row(width, At(edges.Length, i, first[i]))); }
        for (int i = 0; i < edges.Length; i++) { lines.Add(Row(width, At(edges.Length, i, second[i]))); }
        if (edges.Length < cycle.Count) { lines.Add($"... and {cycle.Count - edges.Length} more threads alike"); }
        return lines;
    }

    internal static string Name(LockNode node) => node is LockInstance lockInstance && node.Class.Kind.IsLock() ? $"{node.Class.Name} #{lockInstance.Id}" : node.Class.Name;

    private static string First(LockNode held) => held.Class.Kind switch
    {
        LockKind.Map or LockKind.Context => $"runs {held.Class.Name}",
        _ => $"takes {Name(held)}",
    };

    private static string Second(LockNode wanted) => wanted.Class.Kind switch
    {
        LockKind.Map => $"waits for {wanted.Class.Name}",
        LockKind.Context => $"enters {wanted.Class.Name}",
        _ => $"waits for {Name(wanted)}",
    };

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
