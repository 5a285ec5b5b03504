using System.Text.Json;

namespace Ncsan.Corpus.Tests;

/// <summary>One side of a finding as its JSON line has it.</summary>
internal sealed record Side(string Kind, bool Marked, bool Reordered, int Size, string Method, string File, int Line)
{
    public override string ToString() => $"{Kind} of {Size}{(Marked ? " (marked)" : "")}{(Reordered ? " (reordered)" : "")} {Method} {File}:{Line}";
}

/// <summary>A finding as its JSON line has it.</summary>
internal sealed record Found(string Rule, string Kind, string Member, IReadOnlyList<Side> Sides, string Json)
{
    internal static Found? Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        if (root.GetProperty("record").GetString() != "finding") { return null; }
        var sides = root.GetProperty("accesses").EnumerateArray().Select(static a => new Side(
            a.GetProperty("kind").GetString()!, a.GetProperty("marked").GetBoolean(), a.TryGetProperty("reordered", out _), a.GetProperty("size").GetInt32(), a.GetProperty("method").GetString()!,
            Path.GetFileName(a.GetProperty("file").GetString() ?? ""), a.GetProperty("line").GetInt32()));
        return new Found(root.GetProperty("rule").GetString()!, root.GetProperty("kind").GetString()!, root.GetProperty("member").GetString()!, [.. sides], line);
    }

    public override string ToString() => $"{Rule} {Kind} on {Member}: {string.Join(" / ", Sides)}";
}

/// <summary>What became of one case.</summary>
/// <param name="Failure">Why it failed, or null.</param>
/// <param name="Findings">What was found while it ran.</param>
/// <param name="Line">The line the program ended it with.</param>
internal sealed record Outcome(string? Failure, IReadOnlyList<Found> Findings, string Line);
