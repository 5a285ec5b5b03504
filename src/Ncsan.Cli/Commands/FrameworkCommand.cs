using System.CommandLine;
using Ncsan.Cli.Running;
using Ncsan.Framework;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan framework</c>: the instrumented copies of the shared framework in the user's cache.</summary>
internal static class FrameworkCommand
{
    public static Command Create()
    {
        var command = new Command("framework", "Instrumented copies of the shared framework, for --framework: build, list, clean, doctor.") { Build(), List(), Clean(), Doctor() };
        return command;
    }

    private static Command Build()
    {
        var aspNet = new Option<bool>("--aspnet") { Description = $"With {StockFramework.AspNet}." };
        var il = new Option<bool>("--il") { Description = "Without compiling ahead: built in a quarter of the time, slow at each start." };
        var command = new Command("build", "Builds the instrumented copy of the runtime that ncsan runs on, if it is not there, and prints where it is.") { aspNet, il };
        command.SetAction(parsed =>
        {
            var stock = InstrumentedFramework.Installed(parsed.GetValue(aspNet) ? [StockFramework.AspNet] : []);
            using var copy = InstrumentedFramework.Open(stock, !parsed.GetValue(il));
            foreach (var (fact, value) in FrameworkCopy.Summary(copy.Folder)) { Say.Line($"ncsan: {fact}: {value}"); }
            Console.Out.WriteLine(copy.Folder);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists what is in the cache.");
        command.SetAction(_ =>
        {
            foreach (string folder in InstrumentedFramework.Cache.List())
            {
                string facts = string.Join(", ", FrameworkCopy.Summary(folder).Where(f => f.Fact is "framework" or "code" or "sites").Select(f => f.Fact == "sites" ? f.Value + " sites" : f.Value));
                Console.Out.WriteLine($"{folder}\t{(FrameworkCopy.IsWhole(folder) ? facts : "not whole; it will be built anew")}\t{SizeOf(folder) >> 20} MB");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Clean()
    {
        var command = new Command("clean", "Deletes every copy that no program runs on.");
        command.SetAction(_ =>
        {
            var (deleted, inUse) = InstrumentedFramework.Cache.Clean();
            foreach (string folder in deleted) { Console.Out.WriteLine($"deleted {folder}"); }
            foreach (string folder in inUse) { Console.Out.WriteLine($"in use {folder}"); }
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Doctor()
    {
        var command = new Command("doctor", "Checks the content of every file of every copy, and says what a copy lacks.");
        command.SetAction(_ =>
        {
            bool bad = false;
            foreach (string folder in InstrumentedFramework.Cache.List())
            {
                var damaged = FrameworkCopy.Damaged(folder);
                var failures = FrameworkCopy.Summary(folder).Where(f => f.Fact is "failed" or "not compiled").ToList();
                bad |= damaged.Count > 0 || failures.Count > 0;
                Console.Out.WriteLine($"{(damaged.Count == 0 && failures.Count == 0 ? "good" : "bad")} {folder}");
                foreach (string file in damaged) { Console.Out.WriteLine($"  damaged: {file}; 'ncsan framework clean' deletes the copy"); }
                foreach (var (fact, value) in failures) { Console.Out.WriteLine($"  {fact}: {value}"); }
            }

            return bad ? 1 : ExitCodes.Success;
        });
        return command;
    }

    private static long SizeOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
}
