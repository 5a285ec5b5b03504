using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;

namespace Ncsan.Framework.Tests;

/// <summary>No path from a hook leads back into instrumented code.</summary>
public sealed class RecursionLawTests(Overlay overlay)
{
    [Fact]
    public void NoHookOfTheBuiltFrameworkLeadsBack()
    {
        var ways = RecursionLaw.Violations(overlay.Core, out var size);
        Assert.True(ways.Count == 0, string.Join('\n', ways.Select(w => string.Join(" > ", w.Path.Select(f => f.Name)))));
        Assert.InRange(size.Methods, 50, 2_000); // it looked at something
    }

    [Fact]
    public void FrameworkThatDeniesNothingIsNotUsed()
    {
        string folder = Directory.CreateTempSubdirectory("ncsan-framework-").FullName;
        try
        {
            // What the rewriter leaves alone by rule is not much less than what is denied, so a helper that is denied by the verifier alone has to show.
            var builder = new OverlayBuilder(Overlay.Stock, folder, null, null) { Only = new HashSet<string> { "System.Private.CoreLib" }, Denied = new HashSet<string>() };
            var fault = Assert.Throws<FrameworkException>(builder.Build);
            Assert.Equal("NCS9402", fault.Id);
            Assert.Contains(" > ", fault.Message, StringComparison.Ordinal);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public void DenialsAreTheThreadStaticsAndLittleElse()
    {
        var denied = RecursionLaw.Frontier(Overlay.Stock.Core.Folder);
        Assert.Contains(denied, d => d.Contains("StaticsHelpers.GetThreadStaticsByIndex", StringComparison.Ordinal));
        Assert.InRange(denied.Count, 40, 400);
    }

    [Fact]
    public void WhoCallsWhatRunsUnderTheGuardHasRaisedIt()
    {
        using var runtime = AssemblyDefinition.ReadAssembly(typeof(Hooks).Assembly.Location);
        var methods = runtime.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).ToList();
        var guarded = methods.Where(m => m.CustomAttributes.Any(a => a.AttributeType.Name == "UnderGuardAttribute")).Select(m => m.FullName).ToHashSet();
        Assert.True(guarded.Count >= 5);
        foreach (var method in methods.Where(m => !guarded.Contains(m.FullName)))
        {
            var calls = method.Body.Instructions.Where(i => i.Operand is MethodReference called && guarded.Contains(called.Resolve()?.FullName ?? "")).ToList();
            foreach (var call in calls)
            {
                // The guard of the thread, or the mark that its state is being made.
                Assert.True(method.Body.Instructions.Any(i => i.Offset < call.Offset && i.OpCode.Code is Code.Stfld or Code.Stsfld && i.Operand is FieldReference { Name: "Guard" or "t_isBeingMade" }),
                    $"{method.FullName} calls {call.Operand} without raising the guard");
            }
        }
    }
}
