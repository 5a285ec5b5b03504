using Xunit.Runner.InProc.SystemConsole;

namespace Subject;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args.Length == 0) { return await ConsoleRunner.Run(args); }
        await Console.Error.WriteLineAsync($"unknown option: {args[0]}");
        return 3;
    }
}
