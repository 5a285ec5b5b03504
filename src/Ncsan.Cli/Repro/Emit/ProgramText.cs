using System.Text;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>The text of a program in one file.</summary>
internal static class ProgramText
{
    /// <summary>By this line a file is known as one of ours, which may be written again.</summary>
    public const string Mark = "// Written by 'ncsan repro --emit'.";

    /// <summary>How often everything is made anew: what happens only once to an object, or to few of them, comes up this often.</summary>
    private const int Rounds = 20, Calls = 5;

    public static string Of(string title, Scenario scenario, IReadOnlyList<string> directives, string fileName)
    {
        var text = new StringBuilder();
        text.Append($"""
            // {title}: {scenario.Said}.
            {Mark} It runs with 'dotnet run {fileName}'; 'ncsan run {fileName}' shows the two threads at the two accesses.
            {string.Join('\n', directives)}
            #pragma warning disable

            for (int round = 0; round < {Rounds}; round++)
            {"{"}

            """);
        foreach (SharedObject shared in scenario.Shared) { text.Append($"    var {shared.Name} = {shared.Expression};\n"); }
        text.Append(scenario.Second is { } second ? TwoThreads(scenario.First, second) : OneCall(scenario.First));
        return text.ToString();
    }

    private static string TwoThreads(string first, string second) => $$"""
            using var start = new System.Threading.Barrier(2);
            System.Threading.Thread[] threads =
            [
                Start(start, () => { {{first}} }),
                Start(start, () => { {{second}} }),
            ];
            foreach (var thread in threads) { thread.Join(); }
        }

        // What a race breaks may throw: that is what it does to its users.
        static System.Threading.Thread Start(System.Threading.Barrier start, System.Action use)
        {
            var thread = new System.Threading.Thread(() =>
            {
                start.SignalAndWait();
                try { for (int i = 0; i < {{Calls}}; i++) { use(); } }
                catch (System.Exception e) { System.Console.WriteLine($"broke: {e.GetType().Name}: {e.Message}"); }
            });
            thread.Start();
            return thread;
        }

        """;

    private static string OneCall(string call) => $$"""
            try { {{call}} }
            catch (System.Exception e) { System.Console.WriteLine($"broke: {e.GetType().Name}: {e.Message}"); }
        }

        """;
}
