using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Ncsan.Contracts.Il;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>A few forged bytes that announce billions of something: told by their contradiction, never made.</summary>
public sealed class MetadataBoundsTests
{
    /// <summary>A refusal, or a reading of a small assembly, takes no more than this whatever the file says it holds.</summary>
    internal const long AllocationLimit = 64 << 20;

    // Longer than any of the forged signatures: this one of Hit, as Subject refers to it, is what they are written over.
    private const string Other = "public static class Other { public static void Hit(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j) { } }";
    private const string Source = """
        using System.Collections.Generic; using Ncsan.Annotations;
        public static class P { [NoInstrument] static int Enter(int at, List<int> all) {
            Other.Hit(1, 2, 3, 4, 5, 6, 7, 8, 9, 10); all.Clear(); switch (at) { case 0: return 3; case 1: return 5; case 2: return 7; case 3: return 11; default: return 13; } } }
        """;

    [Theory]
    [InlineData("generic parameters of a method", "10 DF FF FF FF 00 01")]
    [InlineData("parameters", "00 DF FF FF FF 01 01")]
    [InlineData("generic parameters of a type, by the number of the last", "00 00 13 DF FF FF FF")]
    [InlineData("generic arguments", "00 00 15 12 05 DF FF FF FF")]
    [InlineData("dimensions", "00 00 14 08 DF FF FF FF 00 00")]
    [InlineData("sizes of dimensions", "00 00 14 08 01 DF FF FF FF")]
    [InlineData("parameters of a function pointer", "00 00 1B 00 DF FF FF FF")]
    public void A_signature_that_counts_more_than_it_holds_is_refused(string what, string signature)
    {
        using var forged = new Forged();
        forged.Patch(reader => forged.Blob(reader, reader.MemberReferences.Select(reader.GetMemberReference).Single(m => reader.StringComparer.Equals(m.Name, "Hit")).Signature) + 1,
            Convert.FromHexString(signature.Replace(" ", "", StringComparison.Ordinal)));
        Assert.StartsWith("NCS2302", forged.Refusal(), StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    [Fact]
    public void A_type_that_is_made_of_itself_is_refused()
    {
        using var forged = new Forged();
        const byte itself = (1 << 2) | 2; // The first type specification, as a signature names it.
        forged.Patch(reader => forged.Blob(reader, reader.GetTypeSpecification(MetadataTokens.TypeSpecificationHandle(1)).Signature) + 3, [itself]);
        Assert.Contains("a type is made of itself", forged.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5B")]
    [InlineData("00 00 00 00 00 FF FF FF 7F")]
    public void A_stream_that_is_no_stream_is_refused(string bytes)
    {
        using var forged = new Forged();
        forged.Patch(_ => forged.Find("#US\0"u8) + 3, Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal)));
        Assert.StartsWith("NCS230", forged.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Members_in_a_list_that_runs_backwards_are_refused()
    {
        using var forged = new Forged();
        forged.Patch(reader => forged.Metadata + reader.GetTableMetadataOffset(TableIndex.TypeDef) + (2 * reader.GetTableRowSize(TableIndex.TypeDef)) - 2, [0xFF, 0x7F]);
        Assert.Contains("its list of MethodDef rows runs backwards", forged.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FF FF FF 1F")]
    [InlineData("FF FF FF FF")]
    public void A_switch_with_more_targets_than_its_body_has_bytes_is_a_hole_that_is_listed(string count)
    {
        using var forged = new Forged();
        forged.Patch(reader => forged.Find([0x45, 4, 0, 0, 0]) + 1, Convert.FromHexString(count.Replace(" ", "", StringComparison.Ordinal)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using IlFrontEnd read = forged.Read();
        Violation hole = Assert.Single(RuleSet.Check(read.Graph), v => v.Rule == CallRule.Unresolved);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationLimit);
        Assert.Contains("not every path of P.Enter(int, List<int>) could be", hole.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_assembly_is_read_before_it_is_forged()
    {
        using var forged = new Forged();
        using IlFrontEnd read = forged.Read();
        Assert.DoesNotContain(RuleSet.Check(read.Graph), v => v.Rule == CallRule.Unresolved);
    }

    private sealed class Forged : IDisposable
    {
        private readonly IlCompiler _compiler = new();
        private readonly string _path;
        private readonly byte[] _image;

        internal Forged()
        {
            _compiler.Compile("Other", Other);
            _path = _compiler.Compile("Subject", Source, optimize: true);
            _image = File.ReadAllBytes(_path);
        }

        internal int Metadata => Find("BSJB"u8);

        internal int Find(ReadOnlySpan<byte> bytes) => _image.AsSpan().IndexOf(bytes);

        internal int Blob(MetadataReader reader, BlobHandle handle) => Metadata + reader.GetHeapMetadataOffset(HeapIndex.Blob) + reader.GetHeapOffset(handle);

        internal void Patch(Func<MetadataReader, int> place, byte[] bytes)
        {
            using (var file = new PEReader(new MemoryStream(_image)))
            {
                int at = place(file.GetMetadataReader());
                Assert.InRange(at, 1, _image.Length - bytes.Length);
                bytes.CopyTo(_image, at);
            }

            File.WriteAllBytes(_path, _image);
        }

        internal IlFrontEnd Read() => IlFrontEnd.Read(new IlOptions([_path]) { FollowFramework = false, Closed = true });

        internal string Refusal()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var wrong = Assert.Throws<IlInputException>(Read);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationLimit);
            return $"{wrong.Id} {wrong.Message}";
        }

        public void Dispose() => _compiler.Dispose();
    }
}
