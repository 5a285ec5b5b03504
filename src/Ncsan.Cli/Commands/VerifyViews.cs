using System.Text.Encodings.Web;
using System.Text.Json;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Report;
using Ncsan.Contracts.Rules;

namespace Ncsan.Cli.Commands;

/// <summary>What of a program to show: the verdict, or the lists that were asked for.</summary>
internal sealed record VerifyViews(bool Slots, bool Copies, string[] Recursion, string[] Listing, bool Strict, bool Json)
{
    /// <summary>No list was asked for.</summary>
    public bool IsVerdict => !Slots && !Copies && Recursion.Length == 0 && Listing.Length == 0;

    /// <summary>Shows the lists; true if one of them is a broken contract.</summary>
    public bool Show(VerifyInput input)
    {
        string[] listed = [.. Listing.SelectMany(name => Found(input, name))];
        var rule = new RecursionRule(input.Profile, [.. Recursion.SelectMany(r => r == "hooks" ? [r] : input.Find(r))]) { Strict = Strict };
        Recursion? found = Recursion.Length == 0 ? null : Search(rule, input.Graph);
        IReadOnlyList<Violation> violations = found is null ? [] : [.. rule.Violations(input.Graph, found)];
        if (Json)
        {
            WriteJson(input.Graph, violations, lists =>
            {
                if (Slots) { lists.Slots(); }
                if (Copies) { lists.Copies(); }
                if (Listing.Length > 0) { lists.Listings(listed); }
                if (found is not null) { lists.Recursion(found); }
            });
        }
        else
        {
            Print(output =>
            {
                var lists = new ListReports(output);
                if (Slots) { lists.Slots(input.Graph); }
                if (Copies) { lists.Copies(input.Graph); }
                foreach (string name in listed) { lists.Listing(input.Graph, name); }
                if (Strict && found is not null)
                {
                    foreach (string stale in input.Profile.Unused("open")) { output.WriteLine($"note: the profile's line \"open {stale}\" accepts nothing: no such call is unresolved any more."); }
                }

                if (found is not null) { lists.Recursion(input.Graph, found); }
            });
        }

        return violations.Count > 0;
    }

    private static IEnumerable<string> Found(VerifyInput input, string name)
    {
        IReadOnlyList<string> found = [.. input.Find(name).Where(n => ListReports.Has(input.Graph, n))];
        return found.Count > 0 ? found : throw new InputException("NCS2309", $"{input.Graph.Name} has no function '{name}'.");
    }

    private static Recursion Search(RecursionRule rule, CallGraph graph)
    {
        try { return rule.Search(graph); }
        catch (ArgumentException wrong) { throw new InputException("NCS2309", $"{graph.Name} has no function '{wrong.Message}' to search from; 'hooks' stands for the sanitizer's hooks."); }
    }

    /// <summary>Prints to standard output, in one go.</summary>
    public static void Print(Action<TextWriter> write)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        write(output);
    }

    /// <summary>Prints one JSON object.</summary>
    public static void WriteJson(CallGraph graph, IReadOnlyList<Violation> violations, Action<JsonLists>? lists = null)
    {
        using Stream stream = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonReport.Write(json, graph, violations, lists);
        }

        stream.WriteByte((byte)'\n');
    }
}
