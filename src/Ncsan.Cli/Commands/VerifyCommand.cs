using System.CommandLine;
using Ncsan.Contracts.Report;
using Ncsan.Contracts.Rules;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan verify</c>: proves that no-instrument code stays clear of instrumented code.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Checks no-instrument contracts without running anything. Exits with 66 when one is broken.");
        var files = new Argument<string[]>("files") { Description = "Managed assemblies, which are verified together, or x86-64 ELF objects, kernel modules or programs.", Arity = ArgumentArity.ZeroOrMore };
        var sections = new Option<string[]>("--section") { Description = "One more section whose code is protected. May be given again; * stands for anything." };
        var profiles = new Option<string[]>("--profile") { Description = "A profile file whose facts (cut, hook, safe, section, ...) add to the shipped ones." };
        var symbols = new Option<string[]>("--symbols") { Description = "For a module: a vmlinux.o, vmlinux or System.map that says where its external functions live. For a NativeAOT binary: an assembly that it was made of; may be given again." };
        var types = new Option<string?>("--btf") { Description = "A file with BTF that names the members of op tables." };
        var framework = new Option<string[]>("--framework") { Description = "For assemblies: the folder of the shared framework; without it the one that ncsan runs on." };
        var shallow = new Option<bool>("--no-framework") { Description = "For assemblies: do not look into the framework for ways back." };
        var closed = new Option<bool>("--closed") { Description = "For assemblies: the given ones are the whole program, although none has an entry point." };
        var slots = new Option<bool>("--slots") { Description = "List every op-table slot with what it can hold and where it is called." };
        var copies = new Option<bool>("--copies") { Description = "List the helpers that exist as out-of-line copies." };
        var recursion = new Option<string[]>("--recursion") { Description = "Search from this function for instrumented code; 'hooks' stands for the sanitizer's hooks." };
        var strict = new Option<bool>("--strict") { Description = "With --recursion: a call on the way whose targets are not all known is a violation, unless the profile accepts it (open NAME # REASON)." };
        var listing = new Option<string[]>("--disassemble") { Description = "Print this function with relocations, slot names and hooks." };
        var difference = new Option<string[]>("--diff") { Description = "Two files, OLD NEW: print only what got worse.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        var json = new Option<bool>("--json") { Description = "Print the verdict as JSON." };
        command.Arguments.Add(files);
        foreach (Option option in (Option[])[sections, profiles, symbols, types, framework, shallow, closed, slots, copies, recursion, strict, listing, difference, json]) { command.Options.Add(option); }
        command.SetAction(parsed =>
        {
            var managed = new ManagedInputs(parsed.GetValue(framework) ?? [], parsed.GetValue(shallow), parsed.GetValue(closed), parsed.GetValue(recursion) ?? []);
            var inputs = new VerifyInputs(parsed.GetValue(sections) ?? [], parsed.GetValue(profiles) ?? [], parsed.GetValue(symbols) ?? [], parsed.GetValue(types), managed);
            var views = new VerifyViews(
                parsed.GetValue(slots), parsed.GetValue(copies), parsed.GetValue(recursion) ?? [], parsed.GetValue(listing) ?? [], parsed.GetValue(strict), parsed.GetValue(json));
            return Run(parsed.GetValue(files) ?? [], parsed.GetValue(difference) ?? [], inputs, views);
        });
        return command;
    }

    private static int Run(string[] files, string[] difference, VerifyInputs inputs, VerifyViews views)
    {
        if (difference.Length == 2 && files.Length == 0) { return Compare(difference[0], difference[1], inputs, views); }
        if (files.Length == 0 || difference.Length > 0) { throw new InputException("NCS2307", "name a file to verify, or two with --diff OLD NEW."); }
        bool broken = false;
        foreach (string[] program in VerifyInputs.Programs(files))
        {
            using VerifyInput input = inputs.Open(program);
            broken |= views.IsVerdict ? Verdict(input, views.Json) : views.Show(input);
        }

        return broken ? ExitCodes.Findings : ExitCodes.Success;
    }

    private static bool Verdict(VerifyInput input, bool json)
    {
        IReadOnlyList<Violation> violations = RuleSet.Check(input.Graph, input.Profile);
        if (json) { VerifyViews.WriteJson(input.Graph, violations); }
        else { VerifyViews.Print(output => new VerifyReport(output).Write(input.Graph, violations, input.Facts, input.Profile)); }
        return violations.Any(v => v.Severity == Severity.Error);
    }

    private static int Compare(string before, string after, VerifyInputs inputs, VerifyViews views)
    {
        IReadOnlyList<Violation> old;
        using (VerifyInput input = inputs.Open([before])) { old = Everything(input); }
        using VerifyInput newer = inputs.Open([after]);
        IReadOnlyList<Violation> worse = Difference.Worse(old, Everything(newer));
        if (views.Json) { VerifyViews.WriteJson(newer.Graph, worse); }
        else
        {
            VerifyViews.Print(output =>
            {
                var report = new VerifyReport(output);
                foreach (Violation violation in worse) { report.Write(newer.Graph, violation); }
                output.WriteLine(worse.Count == 0 ? $"{after} is no worse than {before}" : $"{after} is worse than {before} in {worse.Count} point{(worse.Count == 1 ? "" : "s")}");
            });
        }

        return worse.Count > 0 ? ExitCodes.Findings : ExitCodes.Success;
    }

    private static List<Violation> Everything(VerifyInput input) => [.. RuleSet.Check(input.Graph, input.Profile), .. new RecursionRule(input.Profile, ["hooks"]) { Strict = true }.Check(input.Graph)];
}
