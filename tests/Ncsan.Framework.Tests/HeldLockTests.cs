using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Framework.Tests;

/// <summary>No hook can deadlock: the locks of CoreLib are held in turn around sampled code while races and circles of locks are reported.</summary>
public sealed class HeldLockTests(Overlay overlay)
{
    [Fact]
    public void NoHookDeadlocksUnderAnyStaticLockOfTheFramework()
    {
        string[] locks = [.. StaticLocks()];
        Assert.InRange(locks.Length, 15, 200);
        Assert.Contains("System.AppContext::s_dataStore", locks);
        Environment.SetEnvironmentVariable("NCSAN_TEST_LOCKS", string.Join(';', locks));
        var run = overlay.Run("EveryStaticLock");
        Assert.True(run.ExitCode == 0 && run.Output.Contains("ok EveryStaticLock", StringComparison.Ordinal), run.Told);

        // Some are made only when they are needed; under each that is there a report was made.
        int held = int.Parse(run.Output.Split("held ")[1].Split('\n')[0], null);
        Assert.InRange(held, locks.Length / 2, locks.Length);
        Assert.Equal(held, run.Findings.Count(f => f.GetProperty("rule").GetString() == "NCS0101" && f.GetProperty("title").GetString()!.Contains("first ", StringComparison.Ordinal)));
    }

    /// <summary>The static fields that CoreLib's own code locks, straight or by way of a getter, as that code says: none to remember.</summary>
    private static SortedSet<string> StaticLocks()
    {
        using var core = AssemblyDefinition.ReadAssembly(Path.Combine(Overlay.Stock.Core.Folder, "System.Private.CoreLib.dll"));
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var method in core.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                if (instruction.Operand is not MethodReference { DeclaringType.FullName: "System.Threading.Monitor" or "System.Threading.Lock", Name: "Enter" or "EnterScope" }) { continue; }
                foreach (var field in Before(instruction)) { found.Add($"{field.DeclaringType.GetElementType().FullName.Replace('/', '+')}::{field.Name}"); }
            }
        }

        return found;
    }

    // The compiler keeps the lock in a local, so it was loaded a few instructions earlier.
    private static IEnumerable<FieldReference> Before(Instruction enter)
    {
        var at = enter.Previous;
        for (int i = 0; i < 7 && at is not null; i++, at = at.Previous)
        {
            if (at.OpCode.Code == Code.Ldsfld) { return [(FieldReference)at.Operand]; }
            if (at.OpCode.Code is Code.Ldfld or Code.Ldarg_0) { return []; }
            if (at.OpCode.Code == Code.Call && at.Operand is MethodReference { HasThis: false, Parameters.Count: 0 } getter && getter.Resolve() is { HasBody: true } body)
            {
                return [.. body.Body.Instructions.Where(i => i.OpCode.Code == Code.Ldsfld).Select(i => (FieldReference)i.Operand).Where(f => f.FieldType.FullName == getter.ReturnType.FullName)];
            }
        }

        return [];
    }
}
