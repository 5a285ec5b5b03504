using System.Reflection;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Ncsan.Runtime;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>
/// Rule 5 for the JIT: a fast path that is marked to be inlined and is not is an out-of-line copy on the hottest path there is. The JIT itself is asked:
/// its tier-1 listing of the hooks, from a process of its own. (The hooks themselves are calls by design: one a checked access, none in clean code.)
/// </summary>
public sealed partial class HookInliningTests
{
    private const string Source = """
        using System;
        using System.Runtime.CompilerServices;
        using System.Threading;
        using Ncsan.Runtime;

        public static class Program
        {
            public static void Main()
            {
                int site = Hooks.ModuleLoaded(typeof(Program).TypeHandle, Hooks.AbiVersion, 64);
                var bytes = new byte[64];
                object o = "x";
                // Three rounds with a pause: tier 0, counted; tier 1 compiled in the background; tier 1.
                for (int round = 0; round < 3; round++)
                {
                    for (int i = 0; i < 200; i++)
                    {
                        ref byte b = ref bytes[i % 32];
                        Hooks.Read1(ref b, site); Hooks.Read2(ref b, site + 1); Hooks.Read4(ref b, site + 2); Hooks.Read8(ref b, site + 3);
                        Hooks.Write1(ref b, site + 4); Hooks.Write2(ref b, site + 5); Hooks.Write4(ref b, site + 6); Hooks.Write8(ref b, site + 7);
                        Hooks.ReadRef(ref Unsafe.As<object, byte>(ref o), site + 8); Hooks.WriteRef(ref Unsafe.As<object, byte>(ref o), site + 9);
                        Hooks.ReadMarked(ref b, 4, site + 10); Hooks.WriteMarked(ref b, 4, site + 11); Hooks.ReadWriteMarked(ref b, 4, site + 12);
                        Hooks.ReadValue(ref i, site + 13); Hooks.WriteValue(ref i, site + 14);
                    }

                    Thread.Sleep(700);
                }
            }
        }
        """;

    [Fact]
    public void Fast_paths_marked_to_inline_are_inlined_in_tier_1_code()
    {
        using var compiler = new IlCompiler();
        AddOptimized(compiler);
        string listing = Path.Combine(compiler.Folder, "jit.txt");
        (int exit, _, string error) = Child.Run(compiler.Compile("Hot", Source, optimize: true, console: true),
            ("DOTNET_JitStdOutFile", listing), ("DOTNET_JitDisasm", "Ncsan.Runtime.Hooks:*"), ("DOTNET_TieredPGO", "0"), ("DOTNET_TC_CallCountingDelayMs", "0"),
            ("NCSAN_FINDINGS", Path.Combine(compiler.Folder, "findings.jsonl")));
        Assert.True(exit == 0, error);

        List<(string Method, string Code)> methods = [.. MethodListing().Matches(File.ReadAllText(listing)).Select(m => (m.Groups[1].Value, m.Groups[2].Value))];
        foreach (string hook in (string[])["Read1", "Read2", "Read4", "Read8", "ReadRef", "ReadValue", "ReadMarked", "Write1", "Write2", "Write4", "Write8", "WriteRef", "WriteValue", "WriteMarked", "ReadWriteMarked"])
        {
            Assert.Contains(methods, m => m.Method == hook);
        }

        HashSet<string> marked = Marked();
        Assert.Contains("Ncsan.Runtime.Races.Detector:Check", marked);
        foreach ((string method, string code) in methods)
        {
            if (method == "ModuleLoaded") { continue; } // Once a module: nothing of it is hot.
            string[] called = [.. Call().Matches(code).Select(m => m.Groups[1].Value)];
            if (method is "Read4" or "WriteRef") { Assert.Contains("Ncsan.Runtime.Races.Detector:CheckSlow", called); } // The fast path is here, and the listing was understood.
            Assert.True(!called.Any(marked.Contains), $"{method} calls out of line: {string.Join(", ", called)}");
        }
    }

    // A debug build of the runtime forbids the JIT to optimise; what a user runs is a release build, which does not say so.
    private static void AddOptimized(IlCompiler compiler)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(Hooks).Assembly.Location);
        foreach (CustomAttribute debuggable in assembly.CustomAttributes.Where(a => a.AttributeType.Name == "DebuggableAttribute").ToList()) { assembly.CustomAttributes.Remove(debuggable); }
        assembly.Write(Path.Combine(compiler.Folder, "Ncsan.Runtime.dll"));
    }

    // Names as the JIT prints them: Namespace.Type:Method.
    private static HashSet<string> Marked() =>
    [
        .. from type in typeof(Hooks).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           where (method.MethodImplementationFlags & System.Reflection.MethodImplAttributes.AggressiveInlining) != 0
           select $"{type.FullName}:{method.Name}",
    ];

    [GeneratedRegex(@"; Assembly listing for method Ncsan\.Runtime\.Hooks:(\w+)[\[(][^\n]*\(Tier1\)\r?\n(.*?)(?=; Assembly listing for method|\z)", RegexOptions.Singleline)]
    private static partial Regex MethodListing();

    [GeneratedRegex(@"\b(?:call|jmp|tail\.jmp)\s+\[?([\w.`+]+:\w+)")]
    private static partial Regex Call();
}
