using System.CommandLine;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Cache;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan instrument</c>: the rewriting alone.</summary>
internal static class InstrumentCommand
{
    public static Command Create()
    {
        var command = new Command("instrument", "Writes an instrumented copy of an assembly or of a program's folder. The input is never changed.");
        var input = new Argument<string>("input") { Description = "An assembly, or the folder of a built program." };
        var output = new Option<string>("--output", "-o") { Description = "The folder to write.", HelpName = "folder", Required = true };
        var choice = new RewriteChoiceOptions(command);
        command.Arguments.Add(input);
        command.Options.Add(output);
        command.SetAction(parsed => Instrument(parsed.GetValue(input)!, parsed.GetValue(output)!, choice.Of(parsed)));
        return command;
    }

    private static int Instrument(string input, string output, RewriteChoice choice)
    {
        string from = Path.GetFullPath(input), to = Path.GetFullPath(output);
        bool folder = Directory.Exists(from);
        if (!folder && !File.Exists(from)) { throw new InputException("NCS2001", $"there is no file or folder '{input}'."); }
        if ((folder ? from : Path.GetDirectoryName(from)) == to) { throw new InputException("NCS2009", "the output has to be another folder than the input: nothing is rewritten in place."); }
        try
        {
            Directory.CreateDirectory(to);
            var entries = CopyBuilder.BuildOnce(from, to, choice).Entries.Values;
            int done = entries.Count(e => e is { Fate: FileFate.Rewritten, Id: "" }), already = entries.Count(e => e is { Fate: FileFate.Rewritten, Id.Length: > 0 });
            Say.Line($"ncsan: {done} instrumented, {entries.Count(e => e is { Fate: FileFate.AsItIs, Hash.Length: > 0 })} left as they are, in {output}");
            return done == 0 && already > 0 ? ExitCodes.Usage : ExitCodes.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(Disk.IsFull(e) ? "NCS2006" : "NCS2003", $"'{output}' cannot be written: {Disk.OneLine(e)}.");
        }
    }
}
