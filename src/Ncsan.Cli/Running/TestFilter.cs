using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Running;

/// <summary>How a test platform is told to run some tests only. Null where the user already says which ones.</summary>
internal static class TestFilter
{
    private const string OwnRunner = "ConsoleRunner", PlatformRunner = "TestPlatformTestFramework";

    private static readonly string[] s_filters = ["-method", "-class", "-namespace", "-trait", "-filter", "-id", "--filter", "--treenode-filter", "--TestCaseFilter", "/TestCaseFilter", "/Tests", "--Tests", "--list-tests", "-list"];

    /// <summary>For an assembly that runs its tests itself.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="references">What it refers to.</param>
    /// <param name="arguments">The user's arguments for the test run.</param>
    public static Func<IReadOnlyList<string>, IEnumerable<string>>? Of(string assembly, string[] references, IReadOnlyList<string> arguments)
    {
        bool RefersTo(string library) => references.Any(r => r.StartsWith(library, StringComparison.Ordinal));
        if (IsFiltered(arguments)) { return null; }
        if (RefersTo("TUnit")) { return static tests => ["--treenode-filter", "/*/*/*/" + string.Join('|', tests.Select(static t => $"({t[(t.LastIndexOf('.') + 1)..]})").Distinct())]; }
        if (!RefersTo("xunit.v3")) { return static tests => ["--filter", AsExpression(tests)]; }
        string option = HasOwnCommandLine(assembly) ? "-method" : "--filter-method";
        return tests => tests.SelectMany(test => new[] { option, test });
    }

    /// <summary>For a test host.</summary>
    public static Func<IReadOnlyList<string>, IEnumerable<string>>? OfVsTest(IReadOnlyList<string> arguments) =>
        IsFiltered(arguments) ? null : static tests => ["--TestCaseFilter:" + AsExpression(tests)];

    private static string AsExpression(IReadOnlyList<string> tests) => string.Join('|', tests.Select(static t => "FullyQualifiedName~" + t));

    /// <summary>Whether the tests of xunit.v3 in an assembly take xunit's own command line and not that of Microsoft's platform, which a project chooses by
    /// UseMicrosoftTestingPlatformRunner.</summary>
    /// <remarks>The entry point that xunit generates knows both: it looks for the arguments by which a build or an editor asks for the other one, and what it does without them comes
    /// last. An entry point of the program's own may hide it, in an async method; then what the assembly refers to at all has to do.</remarks>
    private static bool HasOwnCommandLine(string assembly) =>
        (EntryPoint.CallsLast(assembly, OwnRunner, PlatformRunner) ?? (AssemblyFacts.RefersToType(assembly, OwnRunner) ? OwnRunner : PlatformRunner)) == OwnRunner;

    private static bool IsFiltered(IReadOnlyList<string> arguments) => arguments.Any(a => s_filters.Any(f => a.StartsWith(f, StringComparison.Ordinal)));
}
