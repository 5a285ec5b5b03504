namespace Ncsan.Reporting.Json;

/// <summary>The report as lines of JSON, one finding a line and the summary last. It can be rendered again from this.</summary>
public static class JsonReport
{
    /// <summary>Writes every finding, then the summary.</summary>
    public static void Write(TextWriter output, Report report)
    {
        foreach (Finding finding in report.Findings) { output.Write(FindingWriter.Line(finding) + "\n"); }
        output.Write(FindingWriter.Line(report.Run) + "\n");
    }
}
