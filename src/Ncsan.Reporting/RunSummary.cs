using System.Text.Json;

namespace Ncsan.Reporting;

/// <summary>What a run says about itself at its exit: statistics, and what it could not see.</summary>
public sealed record RunSummary
{
    /// <summary>Nothing was said: the process was killed, or no rewritten code ran.</summary>
    public static readonly RunSummary Empty = new();

    /// <summary>Counters by name, summed over processes.</summary>
    public IReadOnlyDictionary<string, long> Statistics { get; init; } = new Dictionary<string, long>();

    /// <summary>What was not checked, and why.</summary>
    public IReadOnlyList<BlindSpot> BlindSpots { get; init; } = [];

    /// <summary>Fields that this version does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = Fields.None;

    /// <summary>Both runs as one: counters are added, blind spots of one id and reason become one.</summary>
    public RunSummary Plus(RunSummary other) => new()
    {
        Statistics = Statistics.Concat(other.Statistics).GroupBy(s => s.Key, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(s => s.Value), StringComparer.Ordinal),
        BlindSpots = [.. BlindSpots.Concat(other.BlindSpots).GroupBy(b => (b.Id, b.Reason)).Select(g => g.First() with
        {
            Count = g.Sum(b => b.Count),
            Examples = [.. g.SelectMany(b => b.Examples).Distinct(StringComparer.Ordinal)],
        })],
        Extra = other.Extra.Count > 0 ? other.Extra : Extra,
    };
}
