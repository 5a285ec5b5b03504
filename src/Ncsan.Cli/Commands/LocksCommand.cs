using System.CommandLine;
using Ncsan.Cli.Running;
using Ncsan.Reporting.Locks;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan locks</c>: what a run knew about its locks.</summary>
internal static class LocksCommand
{
    public static Command Create()
    {
        var command = new Command("locks", "Shows the lock classes, their order and their contention of a run, and draws the order.");
        var file = new Argument<string?>("findings") { Description = "A findings file (.jsonl); without one, that of the last run.", Arity = ArgumentArity.ZeroOrOne };
        var dot = new Option<string?>("--dot") { Description = "Write the order graph to FILE for Graphviz.", HelpName = "FILE" };
        var svg = new Option<string?>("--svg") { Description = "Draw the order graph to FILE.", HelpName = "FILE" };
        command.Arguments.Add(file);
        command.Options.Add(dot);
        command.Options.Add(svg);
        command.SetAction(parsed => Show(parsed.GetValue(file), parsed.GetValue(dot), parsed.GetValue(svg)));
        return command;
    }

    private static int Show(string? file, string? dot, string? svg)
    {
        file ??= LastRuns.Find("name one");
        if (!File.Exists(file)) { throw new InputException("NCS2001", $"there is no findings file '{file}'."); }
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var order = LockOrder.Read(reader) ?? throw new InputException("NCS2401", $"'{file}' says nothing about locks; run a program that takes some, without --locks false, and let it end.");
        Write(dot, () => LockOrderGraph.Dot(order));
        Write(svg, () => LockOrderGraph.Svg(order));
        LockOrderText.Write(Console.Out, order);
        return ExitCodes.Success;
    }

    private static void Write(string? file, Func<string> text)
    {
        if (file is null) { return; }
        try { File.WriteAllText(file, text()); }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException("NCS2003", $"{file} cannot be written: {fault.Message.TrimEnd('.')}.");
        }
    }
}
