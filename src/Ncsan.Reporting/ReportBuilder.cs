using Ncsan.Reporting.Harm;
using Ncsan.Reporting.Json;
using Ncsan.Reporting.Suppressions;

namespace Ncsan.Reporting;

/// <summary>
/// Turns lines of findings files into a report: one finding an id, repeats counted, class and severity decided, suppressions applied.
/// Lines may come one by one while the program runs, from several processes and rounds.
/// </summary>
public sealed class ReportBuilder(Policy policy, SuppressionSet suppressions)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>What was predicted, by id. It counts only where nothing of that id is observed, which is known at the end.</summary>
    private readonly Dictionary<string, Finding> _predicted = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private RunSummary _run = RunSummary.Empty;
    private int _badLines;

    /// <summary>The default policy and no suppressions.</summary>
    public ReportBuilder() : this(Policy.Default, new SuppressionSet()) { }

    /// <summary>Takes in one line.</summary>
    /// <param name="line">The line, without its line break.</param>
    /// <param name="source">Where it stands, for a sentence: <c>findings.jsonl:3</c>.</param>
    /// <returns>The finding if it is new and not silenced, so that it can be shown at once.</returns>
    public Finding? Add(string line, string source)
    {
        if (string.IsNullOrWhiteSpace(line)) { return null; }
        switch (FindingReader.Read(line))
        {
            case LogLine.Found(var finding): return Add(finding);
            case LogLine.Repeat repeat: Repeat(repeat); break;
            case LogLine.Retraction(var id): _predicted.Remove(id); break;
            case LogLine.Summary(var run): _run = _run.Plus(run); break;
            case LogLine.Bad(var problem): Bad(source, problem); break;
        }

        return null;
    }

    /// <summary>Takes in every line of a file. What can't be read becomes a sentence of the report.</summary>
    public void AddFile(string path)
    {
        try
        {
            int number = 0;
            foreach (string line in File.ReadLines(path)) { Add(line, $"{path}:{++number}"); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"NCS2101 findings file '{path}' cannot be read: {e.Message}");
        }
    }

    /// <summary>Takes in one finding. Returns it, classified, if it is new, observed and not silenced.</summary>
    public Finding? Add(Finding finding)
    {
        if (finding.IsPredicted)
        {
            _predicted[finding.Id] = finding;
            return null;
        }

        if (_entries.TryGetValue(finding.Id, out Entry? known))
        {
            known.Absorb(finding.Count);
            return null;
        }

        Entry entry = EntryOf(finding);
        _entries.Add(finding.Id, entry);
        return entry.Silenced ? null : entry.Finding;
    }

    private Entry EntryOf(Finding finding)
    {
        finding = Judge(finding);
        return new Entry(finding, Silenced: suppressions.Match(finding) is not null);
    }

    /// <summary>The report as it stands.</summary>
    public Report Build()
    {
        Entry[] entries = [.. _entries.Values, .. _predicted.Values.Where(p => !_entries.ContainsKey(p.Id)).Select(EntryOf)];
        Finding[] shown = [.. entries.Where(static e => !e.Silenced).Select(static e => e.Finding with { Count = e.Count, UsualLock = e.UsualLock })
            .OrderByDescending(policy.SeverityOf).ThenBy(f => f.Rule, StringComparer.Ordinal).ThenBy(f => f.Member, StringComparer.Ordinal).ThenBy(f => f.Id, StringComparer.Ordinal)];
        return new Report
        {
            Findings = shown,
            Suppressed = entries.Count(static e => e.Silenced),
            UnusedSuppressions = [.. suppressions.Unused],
            Problems = [.. suppressions.Problems, .. _problems, .. BadLines()],
            Run = _run,
            Fails = shown.Any(policy.Fails),
        };
    }

    private Finding Judge(Finding finding)
    {
        finding = NameMember(finding);
        if (finding.Class.Length == 0) { finding = finding with { Class = HarmClassifier.Classify(finding) }; }
        return finding with
        {
            Severity = policy.SeverityOf(finding).ToString().ToLowerInvariant(),
            Title = finding.Title.Length > 0 ? finding.Title : finding.Member.Length > 0 ? $"{finding.Kind} on {finding.Member}" : finding.Kind,
        };
    }

    /// <summary>
    /// Of two sides that meet one may know where it is (<c>Bank._entries (List&lt;int&gt;.Add)</c>, <c>Bank._total (int)</c>) and the other only what it did
    /// (<c>List&lt;int&gt;.Enumerator.MoveNext</c>, <c>ref int</c>): the finding is named after the one that knows. What is only predicted is not named so by the runtime.
    /// </summary>
    private static Finding NameMember(Finding finding)
    {
        static bool HasOrigin(string member) => member.Contains(" (", StringComparison.Ordinal);
        if (HasOrigin(finding.Member) || finding.Accesses.FirstOrDefault(a => a.Member is { } m && HasOrigin(m))?.Member is not { } named) { return finding; }
        return finding with
        {
            Title = finding.Title.Replace(finding.Member, named, StringComparison.Ordinal),
            Member = named,
            Accesses = [.. finding.Accesses.Select(a => a.Member is null ? a with { Member = finding.Member } : a)],
        };
    }

    // A repeat may outlive its finding: the finding's line was torn off by a kill, or the file was cut.
    private void Repeat(LogLine.Repeat repeat)
    {
        if (!_entries.TryGetValue(repeat.Id, out Entry? entry)) { return; }
        entry.Settle(repeat.Count);
        entry.UsualLock = repeat.UsualLock ?? entry.UsualLock;
    }

    private void Bad(string source, string problem)
    {
        const int told = 3;
        if (++_badLines <= told) { _problems.Add($"NCS2101 {source} is skipped: {problem}."); }
    }

    private IEnumerable<string> BadLines() => _badLines > 3 ? [$"NCS2101 {_badLines} lines of findings files were skipped in all."] : [];

    /// <summary>A finding and its count. A process says its first sight as a finding of count 1 and its total at exit; totals of processes add up.</summary>
    private sealed record Entry(Finding Finding, bool Silenced)
    {
        private long _settled;
        private long _open = Finding.Count;

        internal long Count => _settled + _open;

        internal string? UsualLock { get; set; } = Finding.UsualLock;

        internal void Absorb(long count) => _open += count;

        /// <summary>A process ends and says its total: it takes the place of the one first sight that the process wrote.</summary>
        internal void Settle(long total)
        {
            _open = Math.Max(0, _open - 1);
            _settled += total;
        }
    }
}
