using System.Text;
using System.Text.Json;
using Ncsan.Reporting;
using Ncsan.Reporting.Suppressions;
using Ncsan.Reporting.Text;

namespace Ncsan.Cli.Running;

/// <summary>
/// The report of a run, told while it runs: each finding as it is confirmed, then the summary line. A run that finds nothing is the usual one, so
/// the report is only put together when there is more to say than that.
/// </summary>
internal sealed class RunReport(RunOptions options)
{
    /// <summary>How the line begins that a process writes at its end.</summary>
    internal const string SummaryStart = "{\"schema\":1,\"record\":\"summary\"";

    /// <summary>What the run knew about its locks, for <c>ncsan locks</c>: nothing to tell here.</summary>
    private const string LocksStart = "{\"schema\":1,\"record\":\"locks\"";

    private const string HangRule = "NCS0112";

    private readonly List<string> _held = [];

    /// <summary>The ids of the findings that were shown before it was known which lock usually guards their member.</summary>
    private readonly HashSet<string> _shownWithoutLock = new(StringComparer.Ordinal);
    private ReportBuilder? _builder;
    private SourceFiles? _sources;
    private int _line;

    /// <summary>What is said in the place of the summary of a run that found nothing, where that would be no news to be glad of.</summary>
    public (string Id, string Sentence)? Doubt { get; set; }

    /// <summary>Takes in one line of the findings file and shows it if it is a new finding.</summary>
    public void Take(string line, string source)
    {
        if (_builder is null)
        {
            _held.Add(line);
            if (line.StartsWith(SummaryStart, StringComparison.Ordinal) || line.StartsWith(LocksStart, StringComparison.Ordinal)) { return; }
            Begin(source);
            return;
        }

        Add(line, source);
    }

    /// <summary>Says and writes what there is to say at the end; the summary line is the last.</summary>
    /// <param name="source">The findings file.</param>
    /// <param name="hang">One of the findings is a hang, which ends the program with a code of its own.</param>
    /// <returns>Some finding fails the run.</returns>
    public bool End(string source, out bool hang)
    {
        hang = false;
        if (_builder is null && options.Suppressions.Count == 0 && !options.Files.Any)
        {
            if (Doubt is not var (id, sentence)) { Say.Line(QuietSummary()); }
            else { Say.Sentence(id, sentence); }
            return false;
        }

        if (_builder is null) { Begin(source); }
        var report = _builder!.Build();
        hang = report.Findings.Any(f => f.Rule == HangRule);
        EndWith(report);
        return report.Fails;
    }

    private void EndWith(Report report)
    {
        bool isInDoubt = Doubt is not null && report.Findings.Count == 0;
        ReportWriter.Write(report, options.Files);
        Show(text =>
        {
            foreach (Finding predicted in report.Findings.Where(static f => f.IsPredicted)) { text.WriteFinding(predicted); }
            text.WriteUsualLocks(report.Findings.Where(f => _shownWithoutLock.Contains(f.Id)));
            text.WriteEnd(report, withSummary: !isInDoubt);
        });
        if (isInDoubt) { Say.Sentence(Doubt!.Value.Id, Doubt.Value.Sentence); }
    }

    private void Begin(string source)
    {
        var suppressions = new SuppressionSet();
        foreach (string file in options.Suppressions) { suppressions.AddFile(file); }
        _builder = new ReportBuilder(options.Policy ?? Policy.Default, suppressions);
        foreach (string line in _held) { Add(line, source); }
        _held.Clear();
    }

    private void Add(string line, string source)
    {
        if (_builder!.Add(line, $"{source}:{++_line}") is not { } finding) { return; }
        Show(text => text.WriteFinding(finding));
        if (finding.UsualLock is null) { _shownWithoutLock.Add(finding.Id); }
    }

    /// <summary>The summary line of a run without findings: all that the held lines say is how much was not seen.</summary>
    private string QuietSummary()
    {
        long gaps = 0;
        foreach (string line in _held) { gaps += CountGaps(line); }
        return TextReport.QuietSummaryLine(gaps);
    }

    /// <summary>The sum of <c>blindSpots[].count</c> of a summary line.</summary>
    private static long CountGaps(string line)
    {
        long gaps = 0;

        // The usual line has none, and a JSON reader's own start takes as long as all the rest here.
        if (line.Contains("\"blindSpots\":[]", StringComparison.Ordinal) || !line.Contains("blindSpots", StringComparison.Ordinal)) { return 0; }
        try
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
            bool inside = false, count = false;
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName)
                {
                    if (json.CurrentDepth == 1) { inside = json.ValueTextEquals("blindSpots"u8); }
                    count = inside && json.CurrentDepth == 3 && json.ValueTextEquals("count"u8);
                }
                else if (count && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long value))
                {
                    gaps += value;
                }
            }
        }
        catch (JsonException)
        {
            // A kill tore the line; the findings lines before it are whole.
        }

        return gaps;
    }

    private void Show(Action<TextReport> write)
    {
        bool color = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var text = new StringWriter();
        write(new TextReport(text, _sources ??= new SourceFiles(Environment.CurrentDirectory), color));
        Say.Text(text.ToString());
    }
}
