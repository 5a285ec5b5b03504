using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;

namespace Ncsan.Rewriter.Tests;

/// <summary>Libraries that we did not write, rewritten whole: every method compiles, and a real workload gives the same output in either copy.</summary>
public class RealCodeTests(ITestOutputHelper output)
{
    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    [Fact]
    public void Newtonsoft_Json_is_unharmed() => Unharmed("Newtonsoft.Json", """
        using Newtonsoft.Json; using Newtonsoft.Json.Linq; using Newtonsoft.Json.Serialization;
        class Item { public int Id { get; set; } public string Name { get; set; } public double[] Values; public Dictionary<string, Item> Children = new(); public DateTime When; public decimal? Price; public Guid Key; }
        static class Program
        {
            static object Run()
            {
                var text = new System.Text.StringBuilder();
                for (int round = 0; round < 5; round++)
                {
                    var items = Enumerable.Range(0, 40).Select(i => new Item { Id = i, Name = "näme \"" + i, Values = new[] { i / 3.0, double.MaxValue }, When = new DateTime(2020, 1, 1).AddDays(i), Price = i % 2 == 0 ? i : null, Key = new Guid(i, 2, 3, new byte[8]),
                        Children = { ["a"] = new Item { Id = -i }, ["b"] = null } }).ToList();
                    string json = JsonConvert.SerializeObject(items, round % 2 == 0 ? Formatting.Indented : Formatting.None);
                    var back = JsonConvert.DeserializeObject<List<Item>>(json);
                    text.Append(JsonConvert.SerializeObject(back, new JsonSerializerSettings { ContractResolver = new CamelCasePropertyNamesContractResolver(), NullValueHandling = NullValueHandling.Ignore }));
                    var linq = JArray.Parse(json);
                    text.Append(linq.SelectTokens("$..Id").Select(t => (int)t).Sum()).Append(linq[3]["Children"]["a"].ToString());
                    text.Append(JsonConvert.SerializeXNode(JsonConvert.DeserializeXNode("{\"root\":{\"a\":[1,2,{\"b\":\"c\"}]}}")));
                    try { JsonConvert.DeserializeObject<Item>("{\"Id\": \"x\"}"); } catch (JsonException e) { text.Append(e.Message); }
                }
                return text.ToString();
            }
        }
        """);

    [Fact]
    public void Mono_Cecil_is_unharmed() => Unharmed("Mono.Cecil", $$"""
        using Mono.Cecil; using Mono.Cecil.Cil;
        static class Program
        {
            static object Run()
            {
                using var assembly = AssemblyDefinition.ReadAssembly(@"{{PathOf("Ncsan.Rewriter")}}", new ReaderParameters { ReadSymbols = true });
                int n = 0;
                foreach (var type in assembly.MainModule.GetTypes()) { foreach (var method in type.Methods) { if (method.HasBody) { n += method.Body.Instructions.Count; method.Body.GetILProcessor().InsertBefore(method.Body.Instructions[0], Instruction.Create(OpCodes.Nop)); } } }
                var image = new System.IO.MemoryStream();
                assembly.Write(image, new WriterParameters { DeterministicMvid = true });
                return n + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image.ToArray()));
            }
        }
        """);

    [Fact]
    public void CSharp_compiler_is_unharmed()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("NCSAN_LONG") == "1", "long: set NCSAN_LONG=1");
        Unharmed("Microsoft.CodeAnalysis.CSharp", $$"""
            using Microsoft.CodeAnalysis; using Microsoft.CodeAnalysis.CSharp; using Microsoft.CodeAnalysis.Emit;
            static class Program
            {
                static object Run()
                {
                    var source = System.IO.File.ReadAllText(@"{{SourceFile()}}");
                    var references = System.IO.Directory.GetFiles(System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location), "System*.dll").Where(f => !f.Contains(".Native.")).Select(f => (MetadataReference)MetadataReference.CreateFromFile(f)).ToList();
                    var text = new System.Text.StringBuilder();
                    foreach (var level in new[] { OptimizationLevel.Debug, OptimizationLevel.Release })
                    {
                        var tree = CSharpSyntaxTree.ParseText("using System; using System.Linq; using System.IO; using System.Collections.Generic;" + source, new CSharpParseOptions(LanguageVersion.Preview));
                        var compilation = CSharpCompilation.Create("X", new[] { tree }, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: level, deterministic: true, concurrentBuild: false));
                        var image = new System.IO.MemoryStream();
                        var result = compilation.Emit(image);
                        foreach (var diagnostic in result.Diagnostics) { text.AppendLine(diagnostic.ToString()); }
                        text.AppendLine(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image.ToArray())));
                        text.AppendLine(tree.GetRoot().NormalizeWhitespace().ToFullString());
                    }
                    return text.ToString();
                }
            }
            """, "Microsoft.CodeAnalysis");
    }

    private static string SourceFile([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "RuntimeDouble.cs");

    private void Unharmed(string library, string workload, params string[] others)
    {
        var watch = Stopwatch.StartNew();
        using var subject = new Subject(workload, libraries: [PathOf(library), .. others.Select(PathOf)]);
        output.WriteLine($"rewritten in {watch.Elapsed.TotalSeconds:F1} s: {string.Join("; ", subject.Libraries.Select(l => $"{l.Sites} sites, {l.Methods} methods, {string.Join(", ", l.CleanMethods.Select(m => m.Method))}, {string.Join(" ", l.Skipped.Select(s => $"{s.Key}={s.Value}"))}"))}");
        object? clean = subject.RunOriginal();
        Assert.Equal(clean, subject.RunClean());
        Assert.Equal(0, subject.Accesses);
        Assert.Equal(clean, subject.RunCounting());
        Assert.True(subject.Accesses > 1000);
        Assert.Equal(clean, subject.RunToggling());
        Assert.Empty(Unprepared(subject.Load(library)));
    }

    /// <summary>Methods that do not compile, generic ones closed over object and int where their constraints allow it.</summary>
    private List<string> Unprepared(Assembly assembly)
    {
        var failures = new List<string>();
        int prepared = 0;
        foreach (var type in assembly.GetTypes())
        {
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Cast<MethodBase>()
                .Concat(type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)))
            {
                if (method.IsAbstract || method.GetMethodBody() is null) { continue; }
                foreach (var argument in (Type[])[typeof(object), typeof(int)])
                {
                    var (typeArguments, methodArguments) = (Closed(type.GetGenericArguments(), argument), Closed(method.IsGenericMethod ? method.GetGenericArguments() : [], argument));
                    if (typeArguments is null || methodArguments is null) { continue; }
                    try
                    {
                        if (typeArguments.Length + methodArguments.Length == 0) { RuntimeHelpers.PrepareMethod(method.MethodHandle); }
                        else { RuntimeHelpers.PrepareMethod(method.MethodHandle, [.. typeArguments.Concat(methodArguments).Select(a => a.TypeHandle)]); }
                        prepared++;
                    }
                    catch (Exception e) when (e is InvalidProgramException or BadImageFormatException)
                    {
                        failures.Add($"{type}.{method}: {e.Message}");
                    }
                    catch (Exception e) when (e is VerificationException or TypeLoadException or ArgumentException or FileNotFoundException or MissingMethodException or MissingFieldException)
                    {
                        // A constraint that this argument does not meet, or a reference of the library that is not part of .NET.
                    }

                    if (typeArguments.Length + methodArguments.Length == 0) { break; }
                }
            }
        }

        output.WriteLine($"{prepared} methods compiled");
        return failures;
    }

    private static Type[]? Closed(Type[] parameters, Type argument) => Array.TrueForAll(parameters, p => p.GetGenericParameterConstraints().Length == 0) ? [.. parameters.Select(_ => argument)] : null;
}
