using System.Diagnostics;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Cache;
using Ncsan.Framework;

namespace Ncsan.Cli.Running;

/// <summary>The instrumented framework that a program runs on when its user asks for one.</summary>
internal static partial class InstrumentedFramework
{
    public static FrameworkCache Cache => new(Path.Combine(CopyLocation.UserCache(), "framework"));

    /// <summary>The runtime that an application would use.</summary>
    /// <exception cref="InputException">It carries its own, or there is none.</exception>
    public static StockRuntime RuntimeOf(Application app)
    {
        string file = Path.ChangeExtension(app.MainAssembly, ".runtimeconfig.json");
        if (!File.Exists(file)) { throw new InputException("NCS2014", $"there is no '{file}', so it cannot be told which framework the program would run on."); }
        var config = RuntimeConfig.Read(file);
        if (config.IsSelfContained) { throw new InputException("NCS2014", "the program carries its own framework; build it framework-dependent to run it on an instrumented one."); }
        return Installed([.. config.Frameworks.Select(f => f.Name)]);
    }

    /// <summary>The runtime of the installation that we run on, with these frameworks.</summary>
    public static StockRuntime Installed(IReadOnlyList<string> frameworks) => StockRuntime.Find(DotnetHost.Root, frameworks, Environment.Version.Major)
        ?? throw new InputException("NCS2014", $"'{DotnetHost.Root}' does not hold {string.Join(" and ", frameworks.DefaultIfEmpty(StockFramework.Core))} {Environment.Version.Major}, so there is nothing to instrument.");

    /// <summary>The instrumented copy, built at its first use.</summary>
    public static FrameworkCopy Open(StockRuntime stock, bool compiled = true)
    {
        try
        {
            using var bar = new ProgressBar($"building the instrumented {StockFramework.Core} {stock.Core.Version}");
            var copy = Cache.Open(stock, compiled, bar, () => Say.Line("ncsan: another process is building this framework; waiting for it"));
            if (compiled && !copy.IsCompiled)
            {
                Say.Sentence("NCS1031", $"microsoft.netcore.app.crossgen2.{StockRuntime.RuntimeIdentifier} {stock.Core.Version} cannot be had from NuGet, so the framework is not compiled ahead: starts take three times as long, and code is slow until it is warm.");
            }

            return copy;
        }
        catch (FrameworkException e)
        {
            throw new InputException(e.Id, e.Message);
        }
    }

    /// <summary>The same program on the instrumented framework.</summary>
    public static Launch On(FrameworkCopy framework, Launch launch)
    {
        // DOTNET_ROOT is for the program's own executable; a test platform that starts one looks at the other first.
        var environment = new Dictionary<string, string>(launch.Environment) { ["DOTNET_ROOT"] = framework.Folder, ["DOTNET_ROOT_X64"] = framework.Folder, ["DOTNET_MULTILEVEL_LOOKUP"] = "0" };

        // With profiles of delegates the JIT expands a lambda in place of the delegate that runs it, and its line is gone from the stack: it is the user's line that a report is about.
        // Other profiles stay: without them LINQ costs five times as much.
        if (Environment.GetEnvironmentVariable("DOTNET_JitDelegateProfiling") is null) { environment["DOTNET_JitDelegateProfiling"] = "0"; }
        if (launch.File != DotnetHost.Path) { return launch with { Environment = environment }; }
        if (launch.Arguments is not ["vstest", ..]) { return launch with { File = framework.Host, Environment = environment }; }

        // The test platform is part of the SDK and stays on the stock runtime; only the host of the tests moves.
        bool hasSettings = launch.Arguments.Contains("--");
        return launch with { Arguments = [.. launch.Arguments, .. hasSettings ? Array.Empty<string>() : ["--"], $"RunConfiguration.DotNetHostPath={framework.Host}"] };
    }

    /// <summary>How far a build is, on a terminal as a bar with the time left, else as a line now and then.</summary>
    private sealed class ProgressBar(string title) : IProgress<BuildProgress>, IDisposable
    {
        private const int Width = 30, LineEverySeconds = 20;

        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly Lock _lock = new();
        private TimeSpan _said = TimeSpan.MinValue;
        private bool _started;

        public void Report(BuildProgress value)
        {
            lock (_lock)
            {
                var now = _watch.Elapsed;
                string left = value.Share > 0.05 ? $", about {Math.Ceiling((now / value.Share * (1 - value.Share)).TotalSeconds):0} s left" : "";
                if (!Console.IsErrorRedirected)
                {
                    int filled = (int)(value.Share * Width);
                    Say.Text($"\r\u001b[Kncsan: {title} [{new string('#', filled)}{new string('.', Width - filled)}] {value.Share:P0} {value.Step}{left}");
                }
                else if (!_started || now - _said > TimeSpan.FromSeconds(LineEverySeconds))
                {
                    Say.Line($"ncsan: {title}: {value.Share:P0} {value.Step}{left}");
                    _said = now;
                }

                _started = true;
            }
        }

        public void Dispose()
        {
            if (!_started) { return; }
            if (!Console.IsErrorRedirected) { Say.Text("\r\u001b[K"); }
            Say.Line($"ncsan: {title}: done in {_watch.Elapsed.TotalSeconds:0} s");
        }
    }
}
