using System.ComponentModel;
using System.Text.Json;

namespace Ncsan.Cli.Tests;

/// <summary><c>ncsan verify</c> on native objects: exit codes, lists, JSON and the difference of two builds, as a user sees them.</summary>
public sealed class VerifyVerbTests : IDisposable
{
    private const string Header = """
        #define protected_code __attribute__((noinline, used, no_sanitize_thread, section(".noinstr.text")))
        struct table { int (*save_fl)(void); };
        int shared;
        protected_code int native_save_fl(void) { return 1; }
        struct table pv_ops = { native_save_fl };
        protected_code int asks(void) { return pv_ops.save_fl() + 1; }

        """;

    private const string Clean = Header + "protected_code int helper(void) { return shared; }\nprotected_code int tracker(void) { return helper() + 1; }\n";
    private const string Broken = Header + "__attribute__((noinline)) int helper(void) { return shared; }\nprotected_code int tracker(void) { return helper() + 1; }\n";

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    private string Compile(string name, string source)
    {
        string file = Path.Combine(_sandbox.Folder, name + ".c"), result = Path.Combine(_sandbox.Folder, name + ".o");
        File.WriteAllText(file, source);
        try
        {
            Outcome compiled = Ncsan.Execute("gcc", ["-O2", "-fsanitize=thread", "-fno-pic", "-c", file, "-o", result]);
            Assert.True(compiled.ExitCode == 0, compiled.Error);
        }
        catch (Win32Exception)
        {
            Assert.Skip("SKIPPED: this machine has no gcc, so there is no ELF object to verify.");
        }

        return result;
    }

    [Fact]
    public void A_clean_object_ends_with_0_and_a_broken_one_with_66_and_the_reason()
    {
        Outcome clean = Ncsan.Run("verify", Compile("clean", Clean));
        Assert.Equal(0, clean.ExitCode);
        Assert.Contains("no violation", clean.Out, StringComparison.Ordinal);

        Outcome broken = Ncsan.Run("verify", Compile("broken", Broken));
        Assert.Equal(66, broken.ExitCode);
        Assert.Contains("tracker+0x", broken.Out, StringComparison.Ordinal);
        Assert.Contains("error NCS0301: call to helper leaves protected code", broken.Out, StringComparison.Ordinal);
        Assert.Contains("helper [.text] is instrumented: calls __tsan_", broken.Out, StringComparison.Ordinal);
        Assert.Contains("mend  mark helper noinstr", broken.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_difference_shows_what_got_worse_and_fails_for_it_alone()
    {
        string clean = Compile("clean", Clean), broken = Compile("broken", Broken);
        Outcome worse = Ncsan.Run("verify", "--diff", clean, broken);
        Assert.Equal(66, worse.ExitCode);
        Assert.Contains("NCS0301", worse.Out, StringComparison.Ordinal);
        Assert.Equal(0, Ncsan.Run("verify", "--diff", broken, clean).ExitCode);
        Outcome same = Ncsan.Run("verify", "--diff", broken, broken);
        Assert.Equal(0, same.ExitCode);
        Assert.DoesNotContain("NCS0301", same.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_holds_what_the_text_says()
    {
        Outcome broken = Ncsan.Run("verify", "--json", Compile("broken", Broken));
        Assert.Equal(66, broken.ExitCode);
        using JsonDocument json = JsonDocument.Parse(broken.Out);
        JsonElement violation = json.RootElement.GetProperty("violations").EnumerateArray().Single(v => v.GetProperty("severity").GetString() == "error");
        Assert.Equal("NCS0301", violation.GetProperty("rule").GetString());
        Assert.Equal("tracker", violation.GetProperty("function").GetString());
        Assert.Equal("helper", violation.GetProperty("target").GetString());
        Assert.NotEmpty(violation.GetProperty("why").EnumerateArray());
    }

    [Fact]
    public void Slots_and_a_functions_code_are_listed()
    {
        string broken = Compile("broken", Broken);
        Outcome slots = Ncsan.Run("verify", "--slots", broken);
        Assert.Equal(0, slots.ExitCode);
        Assert.Contains("pv_ops: called from protected code", slots.Out, StringComparison.Ordinal);
        Assert.Contains("holds  native_save_fl [.noinstr.text] protected (initialiser of pv_ops)", slots.Out, StringComparison.Ordinal);
        Assert.Contains("call helper", Ncsan.Run("verify", "--disassemble", "tracker", broken).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_list_is_json_too()
    {
        string file = Compile("broken", Broken);
        foreach ((string[] options, string member) in ((string[], string)[])[(["--slots"], "slots"), (["--copies"], "copies"), (["--disassemble", "asks"], "listings"), (["--recursion", "tracker"], "recursion")])
        {
            Outcome shown = Ncsan.Run(["verify", file, "--json", .. options]);
            using JsonDocument json = JsonDocument.Parse(shown.Out);
            Assert.True(json.RootElement.TryGetProperty(member, out _), member);
            Assert.Equal(member == "recursion" ? 66 : 0, shown.ExitCode);
        }
    }

    [Fact]
    public void A_strict_search_fails_for_a_call_that_no_line_of_a_profile_accepts()
    {
        string file = Compile("open", Header + "int outside(int (*pointer)(void)) { return pointer() + 1; }\n__attribute__((no_sanitize_thread)) int root(int (*pointer)(void)) { return pointer() + 1; }\n");
        Assert.Equal(0, Ncsan.Run("verify", file, "--recursion", "root").ExitCode);
        Assert.Equal(66, Ncsan.Run("verify", file, "--recursion", "root", "--strict").ExitCode);

        string profile = Path.Combine(_sandbox.Folder, "mine.profile");
        File.WriteAllText(profile, "open root   # its caller says what it is\nopen gone   # no more\n");
        Outcome accepted = Ncsan.Run("verify", file, "--recursion", "root", "--strict", "--profile", profile);
        Assert.Equal(0, accepted.ExitCode);
        Assert.Contains("root: 1 call  # its caller says what it is", accepted.Out, StringComparison.Ordinal);
        Assert.Contains("\"open gone\" accepts nothing", accepted.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_of_the_users_is_protected_too()
    {
        string plain = Compile("plain", "int shared; __attribute__((noinline)) int helper(void) { return shared; }\n__attribute__((section(\".mine\"), no_sanitize_thread)) int entry(void) { return helper() + 1; }\n");
        Assert.Equal(0, Ncsan.Run("verify", plain).ExitCode);
        Assert.Equal(66, Ncsan.Run("verify", "--section", ".mine", plain).ExitCode);
    }

    [Theory]
    [InlineData("NCS2307", "--slots")]
    [InlineData("NCS2001", "no-such-file.o")]
    public void Wrong_input_gets_one_sentence_and_2(string id, params string[] arguments)
    {
        Outcome wrong = Ncsan.Run(["verify", .. arguments]);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains(id, wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_object_an_unknown_function_and_a_wrong_profile_get_one_sentence_and_2()
    {
        string text = Path.Combine(_sandbox.Folder, "notes.txt");
        File.WriteAllText(text, "cut\n");
        string broken = Compile("broken", Broken);
        foreach ((string id, string[] arguments) in ((string, string[])[])[("NCS2301", [text]), ("NCS2309", ["--disassemble", "nobody", broken]), ("NCS2309", ["--recursion", "nobody", broken]), ("NCS2308", ["--profile", text, broken])])
        {
            Outcome wrong = Ncsan.Run(["verify", .. arguments]);
            Assert.Equal(2, wrong.ExitCode);
            Assert.Contains(id, wrong.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", wrong.Error, StringComparison.Ordinal);
        }
    }
}
