using System.Reflection;
using Mono.Cecil;
using Ncsan.Rewriter;
using Ncsan.Rewriter.Framework;
using Ncsan.Runtime;
using Ncsan.Runtime.Framework;

namespace Ncsan.Framework.Tests;

/// <summary>What is injected, what is left alone, and what counts as marked.</summary>
public sealed class BodiesTests(Overlay overlay)
{
    [Fact]
    public void EveryAssemblyIsInstrumentedWithoutAFailure()
    {
        Assert.Equal(Overlay.Assemblies.Order(), overlay.Built.Select(a => Path.GetFileNameWithoutExtension(a.Path)).Order());
        Assert.All(overlay.Built, a => Assert.True(a.Result.Status == RewriteStatus.Instrumented && a.Result.Id is null, a.Result.Reason));
        Assert.All(overlay.Built, a => Assert.DoesNotContain(a.Result.CleanMethods, c => c.Id.StartsWith("NCS9", StringComparison.Ordinal)));
    }

    [Fact]
    public void SitesOfAssembliesDoNotOverlap()
    {
        int end = FrameworkSites.First;
        foreach (var assembly in overlay.Built)
        {
            Assert.True(assembly.FirstSite >= end, assembly.Path);
            end = assembly.FirstSite + assembly.Result.Sites;
        }
    }

    [Fact]
    public void HookOfTheHomeHasTheSignatureOfTheHook()
    {
        foreach (var home in typeof(HookHome).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(m => !m.Name.StartsWith("Publish", StringComparison.Ordinal) && !m.Name.StartsWith("Own", StringComparison.Ordinal)))
        {
            var hook = typeof(Hooks).GetMethod(home.Name);
            Assert.True(hook is not null, home.Name);
            Assert.Equal(hook.GetParameters().Select(p => p.ParameterType.ToString()), home.GetParameters().Select(p => p.ParameterType.ToString()));
        }
    }

    [Fact]
    public void HomeNeedsNoInitialiser() => Assert.Null(typeof(HookHome).TypeInitializer);

    [Fact]
    public void BodiesLeftAloneAreListedWithTheirReasons()
    {
        string[] lines = File.ReadAllLines(Path.Combine(overlay.Folder, OverlayListing.BodiesFile));
        Assert.StartsWith("# ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("StaticsHelpers.GetOptimizedGCThreadStaticBase", StringComparison.Ordinal));
        Assert.Contains(lines, l => l == "System.Threading.Interlocked.CompareExchange(ref int, int, int)");
        Assert.DoesNotContain(lines, l => l.StartsWith("System.Collections.Generic.Dictionary.TryInsert(", StringComparison.Ordinal));
    }

    // A name that is gone says nothing any more, and what took its place is not excused.
    [Fact]
    public void EveryTypeOfTheListOfIntendedRacesIsThere()
    {
        var there = Directory.EnumerateFiles(Overlay.Stock.Core.Folder, "*.dll").SelectMany(TypesOf).ToHashSet();
        Assert.Equal([], BenignRaces.Types.Except(there));
        Assert.Equal([], BenignRaces.Methods.Select(m => m[..m.LastIndexOf('.')]).Except(there));
        Assert.Equal([], BenignRaces.Fields.Select(f => f[..f.LastIndexOf('.')]).Except(there));
    }

    private static IEnumerable<string> TypesOf(string file)
    {
        try
        {
            using var assembly = AssemblyDefinition.ReadAssembly(file);
            return [.. assembly.MainModule.Types.Select(t => t.FullName)];
        }
        catch (BadImageFormatException) { return []; }
    }
}
