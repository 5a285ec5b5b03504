using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Running;

/// <summary>How the tests of an assembly are started: it runs them itself (Microsoft.Testing.Platform, xunit.v3), or a test host loads it (VSTest).</summary>
internal static class TestLaunch
{
    /// <summary>How long VSTest waits for the end of a test host before it kills it, in milliseconds; a tenth of a second unless it is told. What the runtime says at the end of its process, and
    /// what it learnt for the next round, would often be lost.</summary>
    private const string ShutdownTimeout = "VSTEST_TESTHOST_SHUTDOWN_TIMEOUT", ShutdownPatience = "10000";

    private static readonly string[] s_runsItself = ["Microsoft.Testing.Platform", "xunit.v3.core", "xunit.v3.runner.inproc.console", "TUnit.Engine"];

    /// <param name="original">The assembly as it was built: what it says of itself is read there.</param>
    /// <param name="app">What is started.</param>
    /// <param name="arguments">The user's arguments for the test run.</param>
    /// <exception cref="InputException">It holds no tests.</exception>
    public static Launch Of(Application original, Application app, IReadOnlyList<string> arguments)
    {
        string[] references = AssemblyFacts.References(original.MainAssembly) ?? [];
        if (references.Any(s_runsItself.Contains)) { return Launch.Of(app with { UseAppHost = false }, arguments, new Dictionary<string, string>()) with { RunsTests = true, Narrowing = TestFilter.Of(original.MainAssembly, references, arguments) }; }
        if (File.Exists(Path.Combine(app.Folder, "testhost.dll")))
        {
            var environment = new Dictionary<string, string> { [ShutdownTimeout] = Environment.GetEnvironmentVariable(ShutdownTimeout) ?? ShutdownPatience };
            return new Launch(DotnetHost.Path, ["vstest", app.MainAssembly, .. VsTestArguments.From(arguments)], environment) { RunsTests = true, Narrowing = TestFilter.OfVsTest(arguments) };
        }

        throw new InputException("NCS2012", $"'{app.MainAssembly}' holds no tests that can be run: it refers neither to Microsoft.Testing.Platform nor to Microsoft.NET.Test.Sdk.");
    }
}
