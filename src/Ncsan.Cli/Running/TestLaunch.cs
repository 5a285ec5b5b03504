using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Running;

/// <summary>How the tests of an assembly are started: it runs them itself (Microsoft.Testing.Platform, xunit.v3), or a test host loads it (VSTest).</summary>
internal static class TestLaunch
{
    private static readonly string[] s_runsItself = ["Microsoft.Testing.Platform", "xunit.v3.core", "xunit.v3.runner.inproc.console", "TUnit.Engine"];

    /// <summary>The one test that a reproduction is about.</summary>
    public static string? Only { get; set; }

    /// <exception cref="InputException">It holds no tests.</exception>
    public static Launch Of(Application app, IReadOnlyList<string> arguments)
    {
        Launch all = OfAll(app, arguments);
        return Only is { Length: > 0 } test && all.Narrowing is { } narrow ? all with { Arguments = [.. all.Arguments, .. narrow([test])] } : all;
    }

    private static Launch OfAll(Application app, IReadOnlyList<string> arguments)
    {
        var nothing = new Dictionary<string, string>();
        if ((AssemblyFacts.References(app.MainAssembly) ?? []).Any(s_runsItself.Contains)) { return Launch.Of(app with { UseAppHost = false }, arguments, nothing) with { Narrowing = TestFilter.Of(app.MainAssembly, arguments) }; }
        if (File.Exists(Path.Combine(app.Folder, "testhost.dll"))) { return new Launch(DotnetHost.Path, ["vstest", app.MainAssembly, .. VsTestArguments.From(arguments)], nothing) { Narrowing = TestFilter.OfVsTest(arguments) }; }
        throw new InputException("NCS2012", $"'{app.MainAssembly}' holds no tests that can be run: it refers neither to Microsoft.Testing.Platform nor to Microsoft.NET.Test.Sdk.");
    }
}
