using Ncsan.Cli.Cache;
using Ncsan.Reporting;
using Ncsan.Reporting.Html;
using Ncsan.Reporting.Json;
using Ncsan.Reporting.Sarif;

namespace Ncsan.Cli.Running;

/// <summary>Writes a report to the files that the user named.</summary>
internal static class ReportWriter
{
    /// <summary>A file that cannot be written costs a sentence, never the others.</summary>
    public static void Write(Report report, ReportFiles files)
    {
        var sources = new SourceFiles(Environment.CurrentDirectory);
        Write(files.Json, output => JsonReport.Write(output, report));
        Write(files.Sarif, output => SarifReport.Write(output, report, sources));
        Write(files.Html, output => HtmlReport.Write(output, report, sources));
    }

    private static void Write(string? path, Action<TextWriter> render)
    {
        if (path is null) { return; }
        try
        {
            Disk.Replace(Path.GetFullPath(path), temporary =>
            {
                using var output = new StreamWriter(temporary);
                render(output);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say.Sentence(Disk.IsFull(e) ? "NCS2006" : "NCS2003", $"the report '{path}' cannot be written: {Disk.OneLine(e)}.");
        }
    }
}
