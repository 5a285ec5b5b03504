using System.Buffers.Binary;
using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Elf;

/// <summary>Files that are something else get one sentence and an id; linked, stripped and partial ones are labelled for what they are.</summary>
public sealed class InputTests
{
    private static readonly Profile s_linux = Profile.Shipped("linux")!;

    private static byte[] Header(Action<byte[]> change)
    {
        byte[] bytes = new byte[64];
        "\x7f"u8.CopyTo(bytes);
        "ELF"u8.CopyTo(bytes.AsSpan(1));
        (bytes[4], bytes[5], bytes[6], bytes[16], bytes[18]) = (2, 1, 1, 1, 62);
        change(bytes);
        return bytes;
    }

    private static ElfException Refused(byte[] bytes) => Assert.Throws<ElfException>(() => ElfFrontEnd.Read("input", bytes, s_linux));

    [Theory]
    [InlineData("CAFEBABE00000002", "fat Mach-O")]
    [InlineData("CFFAEDFE07000001", "Mach-O")]
    [InlineData("213C617263683E0A", "static library")]
    [InlineData("213C7468696E3E0A", "thin static library")]
    [InlineData("4243C0DE35140000", "LLVM bitcode")]
    [InlineData("0061736D01000000", "WebAssembly")]
    [InlineData("1F8B080000000000", "gzip")]
    [InlineData("FD377A585A000004", "xz")]
    [InlineData("28B52FFD00000000", "zstd")]
    [InlineData("4D5A900003000000", "Windows")]
    [InlineData("68656C6C6F0A0A0A", "not an object file")]
    public void A_foreign_format_is_refused_by_its_name(string start, string name)
    {
        ElfException refused = Refused(Convert.FromHexString(start));
        Assert.Equal("NCS2301", refused.Id);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_refused() => Assert.Equal("NCS2301", Refused([]).Id);

    [Theory]
    [InlineData(183, "AArch64")]
    [InlineData(243, "RISC-V")]
    [InlineData(40, "32-bit ARM")]
    [InlineData(999, "machine 999")]
    public void A_foreign_architecture_is_refused_by_its_name(int machine, string name)
    {
        ElfException refused = Refused(Header(h => BinaryPrimitives.WriteUInt16LittleEndian(h.AsSpan(18), (ushort)machine)));
        Assert.Equal("NCS2303", refused.Id);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_classes_byte_orders_and_core_dumps_are_refused()
    {
        Assert.Contains("32-bit", Refused(Header(h => h[4] = 1)).Message, StringComparison.Ordinal);
        Assert.Contains("big-endian", Refused(Header(h => h[5] = 2)).Message, StringComparison.Ordinal);
        Assert.Contains("core dump", Refused(Header(h => h[16] = 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_header_and_missing_sections_are_told_apart()
    {
        Assert.Equal("NCS2302", Refused(Header(_ => { })[..40]).Id);
        Assert.Equal("NCS2304", Refused(Header(_ => { })).Id);
        Assert.Equal("NCS2302", Refused(Header(h => { h[40] = 200; h[58] = 64; h[60] = 4; })).Id);
    }

    [Fact]
    public void A_stripped_file_says_what_is_missing()
    {
        string whole = Linked();
        string stripped = Compiler.Output("stripped", ".exe");
        Compiler.Run("strip", $"{whole} -o {stripped}.new", stripped);
        ElfException refused = Assert.Throws<ElfException>(() => ElfFrontEnd.Open(stripped, s_linux));
        Assert.Equal("NCS2304", refused.Id);
        Assert.Contains("symbol table", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linked_kernel_is_labelled_heuristic_and_its_regions_are_guessed_from_nops()
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(Linked(), s_linux);
        Assert.Equal(Tier.Heuristic, elf.Graph.Tier);
        Assert.Contains(elf.Graph.Notes, n => n.Contains("guessed from the NOPs", StringComparison.Ordinal));
        var found = RuleSet.Check(elf.Graph).Where(v => v.Rule == CallRule.Leaves).Select(v => v.Function.Name).ToHashSet();
        Assert.Contains("bad0301_call", found);
        Assert.Contains("bad0301_tail_call", found);
        Assert.Contains("bad0301_call_behind_region", found);
        Assert.DoesNotContain("good_call_in_region", found);
        Assert.DoesNotContain("good_warning_in_region", found);
        Assert.DoesNotContain("good_call", found);
        Assert.DoesNotContain("good_tail_call", found);
    }

    [Fact]
    public void The_slots_of_a_linked_program_are_read_from_its_data()
    {
        string script = Compiler.Fixture("link.ld"), linked = Compiler.Output("linked-slots" + File.ReadAllText(Compiler.Fixture("slots.c")), ".exe");
        string part = Compiler.Object($"{Compiler.Sanitized} -mcmodel=kernel -fno-pic -fcf-protection=none", "slots.c");
        Compiler.Run("ld", $"-T {script} --unresolved-symbols=ignore-all {part} -o {linked}.new", linked);
        using ElfFrontEnd elf = ElfFrontEnd.Open(linked, s_linux);
        Slot slot = Assert.Single(elf.Graph.Slots, s => s.Place == "pv_ops+0x38");
        Assert.Contains(slot.Targets, t => elf.Graph.Functions[t.Target].Name == "native_irq_disable");
    }

    [Fact]
    public void A_program_calls_libraries_by_name_and_its_tables_are_read_through_the_loaders_relocations()
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(UserProgram(), s_linux);
        var found = RuleSet.Check(elf.Graph).Select(v => (v.Rule, Caller: v.Function.Name, v.Target?.Name)).ToList();
        Assert.Contains((CallRule.Leaves, "calls_library", "getpid"), found);
        Assert.Contains((CallRule.SlotLeaves, "calls_plain_slot", "plain"), found);
        Assert.DoesNotContain(found, f => f.Caller == "calls_protected_slot");
    }

    [Fact]
    public void A_modules_external_functions_are_protected_where_the_companion_says_so()
    {
        string module = Compiler.Object($"{Compiler.Sanitized} -fno-pic -Dinstrumented=in_the_kernel", "module.c"), kernel = Compiler.Object($"{Compiler.Sanitized} -fno-pic", "calls.c");
        using (ElfFrontEnd alone = ElfFrontEnd.Open(module, s_linux))
        {
            Assert.Equal(["calls_plain", "calls_protected"], Bad(alone));
            Assert.Contains(alone.Graph.Notes, n => n.Contains("--symbols", StringComparison.Ordinal));
        }

        using (ElfFrontEnd told = ElfFrontEnd.Open(module, s_linux, new ElfCompanions(kernel))) { Assert.Equal(["calls_plain"], Bad(told)); }

        string map = Path.Combine(Path.GetDirectoryName(module)!, "System.map");
        File.WriteAllLines(map, ["ffffffff81000000 T _text", "ffffffff81000100 T not_instrumented", "ffffffff81001000 T __noinstr_text_start", "ffffffff81001010 T also_protected", "ffffffff81002000 T __noinstr_text_end"]);
        using (ElfFrontEnd mapped = ElfFrontEnd.Open(module, s_linux, new ElfCompanions(map))) { Assert.Equal(["calls_plain"], Bad(mapped)); }

        Assert.Equal("NCS2306", Assert.Throws<ElfException>(() => ElfFrontEnd.Open(module, s_linux, new ElfCompanions(Compiler.Fixture("module.c")))).Id);
        File.WriteAllLines(map, ["ffffffffffffffff B The real System.map is in another package"]);
        Assert.Equal("NCS2306", Assert.Throws<ElfException>(() => ElfFrontEnd.Open(module, s_linux, new ElfCompanions(map))).Id);

        static IEnumerable<string> Bad(ElfFrontEnd elf) => RuleSet.Check(elf.Graph).Where(v => v.Severity == Severity.Error).Select(v => v.Function.Name).Order();
    }

    [Fact]
    public void An_object_without_region_notes_is_an_upper_bound_and_one_without_protected_code_says_so()
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} -fno-pic", "module.c"), s_linux);
        Assert.Equal(Tier.UpperBound, elf.Graph.Tier);
        var none = new Profile();
        using ElfFrontEnd unprotected = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} -fno-pic", "module.c"), none);
        Assert.Contains(unprotected.Graph.Notes, n => n.Contains("--section", StringComparison.Ordinal));
        none.Add("section", ".noinstr.*");
        using ElfFrontEnd named = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} -fno-pic", "module.c"), none);
        Assert.NotEmpty(RuleSet.Check(named.Graph));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("cut a b")]
    [InlineData("slice me # please")]
    public void A_profile_line_that_is_no_fact_is_refused_with_its_place(string line)
        => Assert.StartsWith("mine.profile(2):", Assert.Throws<FormatException>(() => new Profile().Add(new StringReader("# a comment\n" + line), "mine.profile")).Message, StringComparison.Ordinal);

    internal static string UserProgram()
    {
        string program = Compiler.Output("program" + File.ReadAllText(Compiler.Fixture("program.c")), ".exe");
        return Compiler.Run("gcc", $"-O2 -fPIE -pie {Compiler.Fixture("program.c")} -o {program}.new", program);
    }

    internal static string Linked()
    {
        string script = Compiler.Fixture("link.ld"), linked = Compiler.Output("linked" + File.ReadAllText(Compiler.Fixture("calls.c")) + File.ReadAllText(script), ".exe");
        string part = Compiler.Object($"{Compiler.Sanitized} -mcmodel=kernel -fno-pic -fcf-protection=none", "calls.c");
        return Compiler.Run("ld", $"-T {script} --unresolved-symbols=ignore-all {part} -o {linked}.new", linked);
    }
}
