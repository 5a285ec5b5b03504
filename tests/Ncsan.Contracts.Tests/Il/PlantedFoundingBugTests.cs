using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Contracts.Il;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;
using Ncsan.Runtime;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>
/// The founding bug, planted in a copy of our own runtime: the lock validator mirrors an interrupt state that it reads through an op table, and what
/// the table holds is not protected, so it calls a hook, which asks the lock validator again. The verifier names it; unguarded it recurses until the
/// stack is gone; under the guard, the second line of defence, it does not.
/// </summary>
public sealed class PlantedFoundingBugTests
{
    private const string Platform = """
        using System;
        using Ncsan.Runtime;

        public static class Platform
        {
            private static int s_flags, s_site;

            // What the rewriter makes of "return s_flags": the hook, then the read.
            public static ulong SaveFl()
            {
                Hooks.Read4(ref System.Runtime.CompilerServices.Unsafe.As<int, byte>(ref s_flags), s_site);
                return (ulong)s_flags;
            }

            public static int Main()
            {
                s_site = Hooks.ModuleLoaded(typeof(Platform).TypeHandle, Hooks.AbiVersion, 1);
        #if PLANTED
                Ncsan.Runtime.Locks.IrqOps.SaveFl = SaveFl;
        #endif
                for (int i = 0; i < 1000; i++) { SaveFl(); }
                Console.WriteLine("survived");
                return 0;
            }
        }
        """;

    [Fact]
    public void The_verifier_names_the_planted_slot_and_the_way_back_into_a_hook()
    {
        using var compiler = new IlCompiler();
        (string runtime, string program) = Build(compiler, guarded: false);
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([runtime, program]));

        Violation slot = Assert.Single(RuleSet.Check(read.Graph), v => v.Rule == CallRule.SlotLeaves && v.Function.Name.Contains("IrqTracking.Mirror", StringComparison.Ordinal));
        Assert.Contains("Ncsan.Runtime.Locks.IrqOps.SaveFl can reach Platform.SaveFl()", slot.Message, StringComparison.Ordinal);

        var rule = new RecursionRule(Profile.Shipped("managed")!, ["hooks"]);
        Assert.Equal([RecursionRule.Reaches], rule.Check(read.Graph).Select(v => v.Rule));
        Recursion found = rule.Search(read.Graph);
        FrontierEntry entry = Assert.Single(found.Frontier);
        Assert.Equal(["Ncsan.Runtime.Hooks.Read4(ref byte, int)", "Ncsan.Runtime.Locks.IrqTracking.Mirror()", "Platform.SaveFl()"], entry.Path.Select(f => f.Name));
        Assert.StartsWith("uses Hooks.Read4 at", entry.Function.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_plant_no_way_leads_back()
    {
        using var compiler = new IlCompiler();
        string runtime = compiler.Add(typeof(Hooks).Assembly.Location);
        string program = compiler.Compile("Platform", Platform, console: true);
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([runtime, program]));
        Assert.Empty(new RecursionRule(Profile.Shipped("managed")!, ["hooks"]).Search(read.Graph).Frontier);
        Assert.Contains(read.Graph.Functions, f => f.Name == "Platform.SaveFl()" && f.Is(FunctionFlags.Instrumented));
    }

    [Fact]
    public void Unguarded_it_recurses_until_the_stack_is_gone()
    {
        using var compiler = new IlCompiler();
        (int exit, string output, string error) = Run(compiler, guarded: false);
        Assert.NotEqual(0, exit);
        Assert.DoesNotContain("survived", output, StringComparison.Ordinal);
        Assert.Contains("Stack overflow", error, StringComparison.Ordinal);
        Assert.Contains("IrqTracking.Mirror", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_guard_stops_it()
    {
        using var compiler = new IlCompiler();
        (int exit, string output, string error) = Run(compiler, guarded: true);
        Assert.True(exit == 0, error);
        Assert.Contains("survived", output, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Output, string Error) Run(IlCompiler compiler, bool guarded)
        => Child.Run(Build(compiler, guarded).Program, ("NCSAN_FINDINGS", Path.Combine(compiler.Folder, "findings.jsonl")));

    private static (string Runtime, string Program) Build(IlCompiler compiler, bool guarded)
    {
        string runtime = Plant(compiler, guarded);
        compiler.Reference(runtime);
        return (runtime, compiler.Compile("Platform", Platform, optimize: false, console: true, "PLANTED"));
    }

    // Hooks.Read4 asks the tracker first, and the tracker reads the state through the table; guarded, as every slow path of ours, under the thread's guard.
    private static string Plant(IlCompiler compiler, bool guarded)
    {
        string path = Path.Combine(compiler.Folder, "Ncsan.Runtime.dll");
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(Hooks).Assembly.Location, new ReaderParameters { InMemory = true });
        ModuleDefinition module = assembly.MainModule;
        const TypeAttributes Static = TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit;
        var ops = new TypeDefinition("Ncsan.Runtime.Locks", "IrqOps", Static, module.TypeSystem.Object);
        var slot = new FieldDefinition("SaveFl", FieldAttributes.Public | FieldAttributes.Static, module.ImportReference(typeof(Func<ulong>)));
        ops.Fields.Add(slot);
        var tracking = new TypeDefinition("Ncsan.Runtime.Locks", "IrqTracking", Static, module.TypeSystem.Object);
        var mirror = new MethodDefinition("Mirror", MethodAttributes.Public | MethodAttributes.Static, module.TypeSystem.Void);
        tracking.Methods.Add(mirror);
        module.Types.Add(ops);
        module.Types.Add(tracking);

        TypeDefinition thread = module.GetType("Ncsan.Runtime.Threads.SanitizedThread");
        MethodDefinition current = thread.Methods.Single(m => m.Name == "get_Current");
        FieldDefinition guard = thread.Fields.Single(f => f.Name == "Guard");
        ILProcessor il = mirror.Body.GetILProcessor();
        Instruction end = il.Create(OpCodes.Ret);
        void Change(OpCode by)
        {
            il.Emit(OpCodes.Call, current);
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldfld, guard);
            il.Emit(OpCodes.Ldc_I4_1);
            il.Emit(by);
            il.Emit(OpCodes.Stfld, guard);
        }

        if (guarded)
        {
            il.Emit(OpCodes.Call, current);
            il.Emit(OpCodes.Ldfld, guard);
            il.Emit(OpCodes.Brtrue, end);
        }

        il.Emit(OpCodes.Ldsfld, slot);
        il.Emit(OpCodes.Brfalse, end);
        if (guarded) { Change(OpCodes.Add); }
        il.Emit(OpCodes.Ldsfld, slot);
        il.Emit(OpCodes.Callvirt, module.ImportReference(typeof(Func<ulong>).GetMethod("Invoke")));
        il.Emit(OpCodes.Pop);
        if (guarded) { Change(OpCodes.Sub); }
        il.Append(end);

        MethodDefinition hook = module.GetType("Ncsan.Runtime.Hooks").Methods.Single(m => m.Name == nameof(Hooks.Read4));
        hook.Body.Instructions.Insert(0, Instruction.Create(OpCodes.Call, mirror));
        assembly.Write(path);
        return path;
    }
}
