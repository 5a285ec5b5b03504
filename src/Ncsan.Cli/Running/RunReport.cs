using Ncsan.Reporting;
using Ncsan.Reporting.Suppressions;
using Ncsan.Reporting.Text;

namespace Ncsan.Cli.Running;

/// <summary>The report of a run, told while it runs: each finding as it is confirmed, then the summary line.</summary>
internal sealed class RunReport
{
    private readonly ReportBuilder _builder;
    private readonly SourceFiles _sources = new(Environment.CurrentDirectory);
    private readonly bool _color = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private int _line;

    public RunReport(RunOptions options)
    {
        var suppressions = new SuppressionSet();
        foreach (string file in options.Suppressions) { suppressions.AddFile(file); }
        _builder = new ReportBuilder(options.Policy, suppressions);
    }

    /// <summary>Takes in one line of the findings file and shows it if it is a new finding.</summary>
    public void Take(string line, string source)
    {
        if (_builder.Add(line, $"{source}:{++_line}") is { } finding) { Show(text => text.WriteFinding(finding)); }
    }

    /// <summary>The report as it stands.</summary>
    public Report Build() => _builder.Build();

    /// <summary>Says what comes after the findings; the summary line is the last.</summary>
    public void ShowEnd(Report report) => Show(text => text.WriteEnd(report));

    private void Show(Action<TextReport> write)
    {
        var text = new StringWriter();
        write(new TextReport(text, _sources, _color));
        Say.Text(text.ToString());
    }
}
