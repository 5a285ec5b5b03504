using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Running;

/// <summary>What is to be started.</summary>
/// <param name="File">The executable.</param>
/// <param name="Arguments">Its arguments, without its own name.</param>
/// <param name="Environment">What is added to our own environment.</param>
internal sealed record Launch(string File, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Null where the program has our own input and outputs; else it has none but for this file, to which it says what goes wrong.</summary>
    public string? ErrorFile { get; init; }

    /// <summary>It is there to run tests.</summary>
    public bool RunsTests { get; init; }

    /// <summary>The arguments that restrict it to some tests, by their names; null where that cannot be asked for.</summary>
    public Func<IReadOnlyList<string>, IEnumerable<string>>? Narrowing { get; init; }

    /// <summary>The same with more arguments, which go before a <c>--</c>: what comes after one are settings to a test host.</summary>
    public Launch Plus(IReadOnlyList<string> arguments)
    {
        int end = Arguments.ToList().IndexOf("--");
        return this with { Arguments = end < 0 ? [.. Arguments, .. arguments] : [.. Arguments.Take(end), .. arguments, .. Arguments.Skip(end)] };
    }

    /// <summary>Whether it may be started again. Whoever runs tests through a pipe expects one run; what it learns is there for the next command.</summary>
    public bool MayRepeat => !Arguments.Any(static a => a.StartsWith("--dotnet-test-pipe", StringComparison.Ordinal) || a.StartsWith("--server", StringComparison.Ordinal));

    /// <summary>A program as its user starts it: by its own executable, or by <c>dotnet Name.dll</c>.</summary>
    public static Launch Of(Application app, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        if (!app.UseAppHost) { return new Launch(DotnetHost.Path, [app.MainAssembly, .. arguments], environment); }

        // As dotnet run does: the executable finds the installation that we run on, not just the one of the machine.
        var withRoot = new Dictionary<string, string>(environment);
        if (System.Environment.GetEnvironmentVariable("DOTNET_ROOT") is null) { withRoot["DOTNET_ROOT"] = DotnetHost.Root; }
        return new Launch(app.AppHost, arguments, withRoot);
    }
}
