using System.Text.Json;
using Mono.Cecil;
using Ncsan.Rewriter.Framework;
using Ncsan.Runtime.Framework;

namespace Ncsan.Framework.Tests;

/// <summary>The framework's own locks feed the lock validator: an inversion between one of them and one of the program's is found in one run.</summary>
public sealed class LockTests(Overlay overlay)
{
    [Theory]
    [InlineData("SynchronizedWriter", "this of TextWriter.SyncTextWriter")]
    [InlineData("TraceListeners", "TraceInternal.critSec")]
    [InlineData("EventListeners", "EventListener.get_EventListenersLock")]
    [InlineData("KeysOfAConcurrentDictionary", "ConcurrentDictionary<TKey, TValue>.Tables._locks[]")]
    [InlineData("LazyInitialization", "LazyInitializer.EnsureLockInitialized")]
    [InlineData("LazyValue", "this of Lazy<T>", false)]
    [InlineData("TypeInitializer", "initialiser of CDSCollectionETWBCLProvider", false)]
    public void InversionWithALockOfTheFrameworkIsFoundInOneRun(string program, string lockClass, bool isConfirmed = true)
    {
        var run = overlay.Run(program);
        Assert.True(run.ExitCode == 0, run.Told);
        var found = Assert.Single(run.Findings.Where(IsLock).ToList());
        Assert.Equal("NCS0101", found.GetProperty("rule").GetString());
        Assert.Contains("Locks.s_gate", found.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Contains(lockClass, found.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal(isConfirmed ? "confirmed by instances" : "class-level", found.GetProperty("certainty").GetString());
    }

    [Theory]
    [InlineData("SynchronizedWriter")]
    [InlineData("TraceListeners")]
    [InlineData("EventListeners")]
    [InlineData("KeysOfAConcurrentDictionary")]
    [InlineData("LazyInitialization")]
    [InlineData("LazyValue")]
    [InlineData("TypeInitializer")]
    public void OneOrderWithALockOfTheFrameworkIsSilent(string program)
    {
        var run = overlay.Run(program + "InOrder");
        Assert.True(run.ExitCode == 0 && run.Findings.Count == 0, run.Told);
    }

    [Fact]
    public void EveryHookForLocksIsCalledByTheFramework()
    {
        var called = overlay.Built.SelectMany(a => HooksIn(Path.Combine(overlay.Folder, a.Path))).ToHashSet();
        Assert.Equal([], typeof(HookHome).GetMethods().Select(m => m.Name).Where(n => n.StartsWith("Own", StringComparison.Ordinal)).Except(called));
    }

    // A name that is gone leaves out nothing any more, and what took its place is ordered.
    [Fact]
    public void EveryTypeOfTheListOfUnorderedLocksIsThere()
    {
        using var core = AssemblyDefinition.ReadAssembly(Path.Combine(Overlay.Stock.Core.Folder, "System.Private.CoreLib.dll"));
        Assert.Equal([], UnorderedLocks.Types.Except(core.MainModule.Types.Select(t => t.FullName)));
    }

    private static List<string> HooksIn(string file)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(file);
        return [.. assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).Select(i => i.Operand as MethodReference)
            .Where(m => m?.DeclaringType.Name == nameof(HookHome)).Select(m => m!.Name).Distinct()];
    }

    private static bool IsLock(JsonElement finding) => finding.GetProperty("rule").GetString()!.StartsWith("NCS01", StringComparison.Ordinal);
}
