using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Running;

/// <summary>How a test platform is told to run some tests only. Null where we do not know how, or where the user already says which ones.</summary>
internal static class TestFilter
{
    private static readonly string[] s_filters = ["-method", "-class", "-namespace", "-trait", "-filter", "-id", "--filter", "--treenode-filter", "--TestCaseFilter", "/TestCaseFilter", "/Tests", "--Tests", "--list-tests", "-list"];

    /// <summary>For an assembly that runs its tests itself.</summary>
    public static Func<IReadOnlyList<string>, IEnumerable<string>>? Of(string assembly, IReadOnlyList<string> arguments)
    {
        if (IsFiltered(arguments)) { return null; }
        string[] references = AssemblyFacts.References(assembly) ?? [];
        if (!references.Any(static r => r.StartsWith("xunit.v3", StringComparison.Ordinal)))
        {
            return references.Any(static r => r.StartsWith("TUnit", StringComparison.Ordinal)) ? null : static tests => ["--filter", string.Join('|', tests.Select(static t => "FullyQualifiedName~" + t))];
        }

        // Its own command line, unless the project has chosen that of Microsoft's platform.
        string option = AssemblyFacts.RefersToType(assembly, "ConsoleRunner") ? "-method" : "--filter-method";
        return tests => tests.SelectMany(test => new[] { option, test });
    }

    /// <summary>For a test host.</summary>
    public static Func<IReadOnlyList<string>, IEnumerable<string>>? OfVsTest(IReadOnlyList<string> arguments) =>
        IsFiltered(arguments) ? null : static tests => ["--TestCaseFilter:" + string.Join('|', tests.Select(static t => "FullyQualifiedName~" + t))];

    private static bool IsFiltered(IReadOnlyList<string> arguments) => arguments.Any(a => s_filters.Any(f => a.StartsWith(f, StringComparison.Ordinal)));
}
