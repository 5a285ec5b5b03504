using System.Globalization;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Report;

/// <summary>Prints violations: first as a compiler would, then why, by which way, and what would mend it.</summary>
public sealed class VerifyReport(TextWriter output)
{
    private const int MostUnresolved = 50;

    /// <summary>Prints everything that was found in one program.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="violations">What it breaks.</param>
    /// <param name="facts">How much was looked at, for the last line: "826,289 instructions".</param>
    /// <param name="profile">What accepts unresolved calls.</param>
    public void Write(CallGraph graph, IReadOnlyList<Violation> violations, string? facts = null, Profile? profile = null)
    {
        foreach (Violation violation in violations) { Write(graph, violation); }
        WriteUnresolved(graph, profile);
        WriteNotes(graph);
        int errors = violations.Count(v => v.Severity == Severity.Error), notes = violations.Count - errors;
        int bodies = graph.Functions.Count(f => !f.Is(FunctionFlags.External)), guarded = graph.Functions.Count(f => f.Is(FunctionFlags.Protected) && !f.Is(FunctionFlags.External));
        string size = $"{Count(guarded, "protected function")} of {Number(bodies)}{(facts is null ? "" : $", {facts}")}";
        output.WriteLine($"{graph.Name}: {(errors == 0 ? "no violation" : Count(errors, "violation"))}{(notes > 0 ? $", {Count(notes, "note")}" : "")} ({size}; {Worth(graph.Tier)})");
    }

    /// <summary>Prints one violation.</summary>
    public void Write(CallGraph graph, Violation violation)
    {
        string severity = violation.Severity == Severity.Error ? "error" : "note";
        output.WriteLine($"{graph.Source.Location(violation.Function, violation.Offset)}: {severity} {violation.Rule}: {violation.Message}");
        if (violation.Site is { } site && graph.Source.Instruction(violation.Function, site) is { Length: > 0 } instruction) { output.WriteLine($"      {instruction}"); }
        Block("why", violation.Because);
        if (violation.Path.Count > 1) { Block("path", [string.Join(" -> ", violation.Path)]); }
        Block("mend", violation.Mend);
        output.WriteLine();
    }

    /// <summary>Prints what the input lacks.</summary>
    public void WriteNotes(CallGraph graph)
    {
        foreach (string note in graph.Notes) { output.WriteLine($"note: {note}"); }
    }

    internal static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Count(long value, string what) => $"{Number(value)} {what}{(value == 1 ? "" : "s")}";

    private static string Worth(Tier tier) => tier switch
    {
        Tier.Sound => "sound: everything the rules need is in the input",
        Tier.UpperBound => "upper bound: regions are not known",
        _ => "heuristic: facts that linking removed were guessed",
    };

    private void WriteUnresolved(CallGraph graph, Profile? profile)
    {
        var unresolved = RuleSet.Unresolved(graph).ToList();
        if (unresolved.Count == 0) { return; }
        output.WriteLine($"{Count(unresolved.Count, "call")} in protected code could not be resolved whole:");
        UnresolvedCalls.Write(output, graph, UnresolvedCalls.Of(graph, unresolved), MostUnresolved, profile);
        output.WriteLine();
    }

    private void Block(string name, IReadOnlyList<string> lines)
    {
        for (int i = 0; i < lines.Count; i++) { output.WriteLine($"  {(i == 0 ? name : ""),-5} {lines[i]}"); }
    }
}
