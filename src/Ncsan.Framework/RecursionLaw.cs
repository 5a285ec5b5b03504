using System.Reflection;
using Mono.Cecil;
using Ncsan.Contracts.Il;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;
using Ncsan.Runtime;
using Ncsan.Runtime.Framework;

namespace Ncsan.Framework;

/// <summary>
/// No path from a hook leads back into instrumented code, but under the guard. Asked twice of the verifier: of the stock framework, what a hook reaches
/// outside of its guard, which is what must not be instrumented; of the instrumented one, whether anything that is instrumented can be reached.
/// </summary>
internal static class RecursionLaw
{
    internal const string CoreLib = "System.Private.CoreLib";

    /// <summary>Where instrumented framework code enters the runtime.</summary>
    private static readonly string[] s_entries = ["Ncsan.Runtime.Framework.HookHome", "Ncsan.Runtime.Framework.FrameworkEntry"];

    /// <summary>The methods of CoreLib that a hook can reach outside of its guard, by their names in metadata.</summary>
    /// <param name="frameworkFolder">The stock framework.</param>
    internal static IReadOnlySet<string> Frontier(string frameworkFolder)
    {
        using var program = Read(frameworkFolder);
        var denied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var function in Reached(program)) { if (function.Unit == CoreLib) { denied.Add(function.Name); } }
        return denied;
    }

    /// <summary>The ways from a hook into instrumented code of an instrumented framework: none, or the framework is not to be used.</summary>
    internal static IReadOnlyList<FrontierEntry> Violations(string frameworkFolder, out IlProofSize size)
    {
        using var program = Read(frameworkFolder);
        size = program.Size;
        return new RecursionRule(Profile(), Roots(program)).Search(program.Graph).Frontier;
    }

    private static IlFrontEnd Read(string frameworkFolder) => IlFrontEnd.Read(new IlOptions([typeof(Hooks).Assembly.Location])
    {
        FrameworkFolders = [frameworkFolder],
        Profile = Profile(),
        Roots = [.. EntryMethods()],
        HooksAreRoots = false,
    });

    private static IEnumerable<string> EntryMethods() => s_entries.SelectMany(t => typeof(Hooks).Assembly.GetType(t)!
        .GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Select(m => t + "." + m.Name + (m.IsGenericMethodDefinition ? "<" + string.Join(", ", m.GetGenericArguments().Select(a => a.Name)) + ">" : ""))).Distinct();

    private static string[] Roots(IlFrontEnd program) => [.. program.Roots.Select(r => r.Name)];

    /// <summary>What names mean: as always, and the search ends where the guard is up.</summary>
    private static Profile Profile()
    {
        var profile = Contracts.Rules.Profile.Shipped("managed")!;
        foreach (string name in UnderGuard()) { profile.Add("cut", name + "(*"); }
        profile.Add("cut", "Ncsan.Runtime.*..cctor()"); // FrameworkLink.Publish runs every one of them before a hook can
        return profile;
    }

    /// <summary>The methods of the runtime that run only under the guard.</summary>
    internal static IEnumerable<string> UnderGuard()
    {
        using var runtime = AssemblyDefinition.ReadAssembly(typeof(Hooks).Assembly.Location);
        return [.. runtime.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.CustomAttributes.Any(a => a.AttributeType.Name == "UnderGuardAttribute"))
            .Select(m => m.DeclaringType.FullName.Replace('/', '.') + "." + m.Name)];
    }

    private static IEnumerable<Function> Reached(IlFrontEnd program)
    {
        var graph = program.Graph;
        var profile = Profile();
        var seen = new HashSet<int>();
        var pending = new Stack<Function>(program.Roots);
        while (pending.TryPop(out var function))
        {
            if (!seen.Add(function.Id) || profile.IsCut(function.Name, out _)) { continue; }
            yield return function;
            foreach (var site in function.Calls) { foreach (int target in graph.TargetsOf(site)) { pending.Push(graph.Functions[target]); } }
        }
    }
}
