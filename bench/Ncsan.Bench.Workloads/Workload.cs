using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Newtonsoft.Json;

namespace Ncsan.Bench.Workloads;

/// <summary>What people do with three libraries that we did not write. Each returns something that depends on all of it.</summary>
public static class Workload
{
    private sealed class Item { public int Id { get; set; } public string? Name { get; set; } public double[]? Values { get; set; } public Dictionary<string, Item?> Children { get; } = []; public DateTime When { get; set; } }

    private static readonly List<Item> s_items = [.. Enumerable.Range(0, 60).Select(i => new Item { Id = i, Name = "name " + i, Values = [i, i / 3.0], When = new DateTime(2020, 1, 1).AddDays(i), Children = { ["a"] = new Item { Id = -i }, ["b"] = null } })];

    /// <summary>Writes and reads objects.</summary>
    public static string NewtonsoftJson()
    {
        string json = JsonConvert.SerializeObject(s_items);
        return json.Length + JsonConvert.SerializeObject(JsonConvert.DeserializeObject<List<Item>>(json)![^1]);
    }

    /// <summary>Reads an assembly with all bodies and writes it again.</summary>
    public static string MonoCecil()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, "Ncsan.Bench.Kernels.dll"));
        int count = assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).Sum(m => m.Body.Instructions.Count(i => i.OpCode.FlowControl == FlowControl.Call));
        using var image = new MemoryStream();
        assembly.Write(image, new WriterParameters { DeterministicMvid = true });
        return count + " " + image.Length;
    }

    private static readonly MetadataReference[] s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(f => Path.GetFileName(f) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "System.Collections.dll" or "System.Linq.dll").Select(f => MetadataReference.CreateFromFile(f))];

    private static readonly string s_source = string.Concat(Enumerable.Range(0, 25).Select(i => $$"""
        public class C{{i}}<T> where T : class { int _n; T? _t; public System.Collections.Generic.List<string> Names { get; } = new();
            public int M(int x) { for (int i = 0; i < x; i++) { _n += i switch { 1 => 2, > 5 => 7, _ => Names.Count }; try { if (_t is string s && s.Length > 3) { Names.Add($"{s} {i}"); } } finally { _n--; } } System.Func<int, int> f = y => y + _n + x; return f(3); } }

        """));

    /// <summary>Parses, binds and emits a file of some size.</summary>
    public static string MicrosoftCodeAnalysisCSharp()
    {
        var compilation = CSharpCompilation.Create("X", [CSharpSyntaxTree.ParseText(s_source)], s_references, new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true, concurrentBuild: false));
        using var image = new MemoryStream();
        return compilation.Emit(image).Success + " " + image.Length;
    }
}
