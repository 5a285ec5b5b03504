using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace Ncsan.Rewriter.Tests;

public sealed class InputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ncsan-rewriter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string Compiled(string name = "Lib.dll", string source = "public class C { int _x; public int M() => _x++; }")
    {
        var (image, pdb) = Compiler.Compile(Path.GetFileNameWithoutExtension(name), source, optimize: true, [MetadataReference.CreateFromFile(typeof(Annotations.NoInstrumentAttribute).Assembly.Location)]);
        File.WriteAllBytes(At(name), image);
        File.WriteAllBytes(Path.ChangeExtension(At(name), ".pdb"), pdb);
        return At(name);
    }

    private static void CopiedAsItIs(string input, string output, string id)
    {
        var result = AssemblyRewriter.Rewrite(input, output);
        Assert.Equal((RewriteStatus.Copied, id), (result.Status, result.Id));
        Assert.EndsWith(".", result.Reason, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(output));
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        string input = Compiled();
        foreach (string output in (string[])["a/Lib.dll", "b/Lib.dll"]) { Assert.Equal(RewriteStatus.Instrumented, AssemblyRewriter.Rewrite(input, At(output)).Status); }
        foreach (string name in (string[])["Lib.dll", "Lib.pdb", "Lib.ncsan-sites"]) { Assert.Equal(File.ReadAllBytes(At("a/" + name)), File.ReadAllBytes(At("b/" + name))); }
    }

    [Fact]
    public void A_second_rewrite_is_refused_and_leaves_nothing()
    {
        AssemblyRewriter.Rewrite(Compiled(), At("once/Lib.dll"));
        var result = AssemblyRewriter.Rewrite(At("once/Lib.dll"), At("twice/Lib.dll"));
        Assert.Equal((RewriteStatus.AlreadyInstrumented, "NCS2005"), (result.Status, result.Id));
        Assert.False(File.Exists(At("twice/Lib.dll")));
    }

    [Fact]
    public void A_missing_file_fails_with_a_sentence() => Assert.Equal((RewriteStatus.Failed, "NCS2001"), AssemblyRewriter.Rewrite(At("none.dll"), At("out.dll")) is var r ? (r.Status, r.Id) : default);

    [Fact]
    public void Native_code_is_copied_as_it_is()
    {
        File.Copy(Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libclrjit*")[0], At("native.dll"));
        CopiedAsItIs(At("native.dll"), At("out/native.dll"), "NCS1001");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_truncated_assembly_is_copied_as_it_is(int length)
    {
        byte[] image = File.ReadAllBytes(Compiled());
        File.WriteAllBytes(At("cut.dll"), image[..length]);
        CopiedAsItIs(At("cut.dll"), At("out/cut.dll"), "NCS1001");
    }

    [Fact]
    public void Broken_metadata_is_copied_as_it_is_or_rewritten_but_never_throws()
    {
        byte[] image = File.ReadAllBytes(Compiled());
        var random = new Random(7);
        for (int round = 0; round < 60; round++)
        {
            byte[] broken = [.. image];
            for (int i = 0; i < 8; i++) { broken[random.Next(512, broken.Length)] = (byte)random.Next(256); }
            File.WriteAllBytes(At("broken.dll"), broken);
            var result = AssemblyRewriter.Rewrite(At("broken.dll"), At("out/broken.dll"));
            Assert.True(result.Status is RewriteStatus.Copied or RewriteStatus.Instrumented or RewriteStatus.AlreadyInstrumented, result.Reason);
        }
    }

    [Fact]
    public void NoInstrument_on_the_assembly_copies_it() =>
        CopiedAsItIs(Compiled(source: "[assembly: Ncsan.Annotations.NoInstrument] public class C { int _x; public int M() => _x++; }"), At("out/Lib.dll"), "NCS1005");

    [Fact]
    public void A_path_with_spaces_and_umlauts_works() => Assert.Equal(RewriteStatus.Instrumented, AssemblyRewriter.Rewrite(Compiled("Ä b.dll"), At("ö ü/Ä b.dll")).Status);

    [Fact]
    public void An_output_that_cannot_be_written_fails_with_a_sentence()
    {
        File.WriteAllText(At("file"), "");
        var result = AssemblyRewriter.Rewrite(Compiled(), At("file/Lib.dll"));
        Assert.Equal((RewriteStatus.Failed, "NCS2003"), (result.Status, result.Id));
    }

    [Fact]
    public void Symbols_of_another_build_are_not_used()
    {
        string input = Compiled();
        File.WriteAllBytes(Path.ChangeExtension(input, ".pdb"), Compiler.Compile("Lib", "public class D { }", optimize: false, []).Pdb);
        Assert.Equal(RewriteStatus.Instrumented, AssemblyRewriter.Rewrite(input, At("out/Lib.dll")).Status);
        Assert.False(File.Exists(At("out/Lib.pdb")));
    }

    [Fact]
    public void A_method_that_would_get_too_large_stays_clean_and_is_listed()
    {
        var source = new StringBuilder("public class C { int _x; public void Small() => _x++; public void Large() {");
        for (int i = 0; i < 3000; i++) { source.Append("_x += 3;"); }
        var result = AssemblyRewriter.Rewrite(Compiled(source: source.Append("} }").ToString()), At("out/Lib.dll"));
        Assert.Equal(["C.Large()"], result.CleanMethods.Where(m => m.Id == "NCS1010").Select(m => m.Method));
        Assert.Equal(2, result.Sites);
    }

    [Fact]
    public void An_assembly_of_several_modules_is_copied_as_it_is()
    {
        using var module = new MemoryStream();
        CSharpCompilation.Create("second", [CSharpSyntaxTree.ParseText("public class D { }", cancellationToken: TestContext.Current.CancellationToken)], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)], new CSharpCompilationOptions(OutputKind.NetModule)).Emit(module, cancellationToken: TestContext.Current.CancellationToken);
        var (image, _) = Compiler.Compile("Two", "public class C { public D F; }", optimize: true, [ModuleMetadata.CreateFromImage(module.ToArray()).GetReference()]);
        File.WriteAllBytes(At("Two.dll"), image);
        CopiedAsItIs(At("Two.dll"), At("out/Two.dll"), "NCS1004");
    }

    [Fact]
    public void Metadata_that_contradicts_itself_is_copied_as_it_is()
    {
        byte[] image = File.ReadAllBytes(Compiled());

        // The table stream says which tables there are and how many rows each has: here far more than there is room for.
        int tables = image.AsSpan().IndexOf("#~"u8), start = image.AsSpan().IndexOf("BSJB"u8) + BitConverter.ToInt32(image, tables - 8);
        BitConverter.TryWriteBytes(image.AsSpan(start + 24 + 8), 0x00FFFFFF);
        File.WriteAllBytes(At("forged.dll"), image);
        CopiedAsItIs(At("forged.dll"), At("out/forged.dll"), "NCS1003");
    }

    [Fact]
    public void Ready_to_run_code_and_the_strong_name_flag_are_dropped()
    {
        string roslyn = typeof(Compilation).Assembly.Location;
        Assert.Equal(RewriteStatus.Instrumented, AssemblyRewriter.Rewrite(roslyn, At("out/" + Path.GetFileName(roslyn))).Status);
        using var module = ModuleDefinition.ReadModule(At("out/" + Path.GetFileName(roslyn)));
        Assert.Equal(ModuleAttributes.ILOnly, module.Attributes & (ModuleAttributes.ILOnly | ModuleAttributes.StrongNameSigned | (ModuleAttributes)4));
        Assert.True(module.Assembly.Name.HasPublicKey);
    }
}
