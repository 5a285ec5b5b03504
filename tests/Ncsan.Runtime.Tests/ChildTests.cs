using System.Diagnostics;
using System.Text.Json;

namespace Ncsan.Runtime.Tests;

/// <summary>What can only be seen from outside a process: its end, its exit code, what is on disk after it.</summary>
public class ChildTests
{
    [Theory]
    [InlineData("exit", 7, true)]
    [InlineData("environment-exit", 8, true)]
    [InlineData("unhandled", 134, true)]
    [InlineData("fail-fast", 134, false)]
    [InlineData("kill", 137, false)]
    public void A_finding_is_on_disk_however_the_program_ends(string way, int exitCode, bool summary)
    {
        Child child = Child.Run(way);
        Assert.Equal(exitCode, child.ExitCode);
        JsonElement finding = Assert.Single(child.Of("finding"));
        Assert.Equal("Counter._value (int)", finding.GetProperty("member").GetString());
        JsonElement writer = finding.GetProperty("accesses").EnumerateArray().Single(a => a.GetProperty("kind").GetString() == "write").GetProperty("thread");
        Assert.Equal("writer", writer.GetProperty("name").GetString());
        Assert.Equal("Program.Race()", writer.GetProperty("createdAt")[0].GetProperty("method").GetString());
        Assert.Equal(summary ? 1 : 0, child.Of("summary").Count);
    }

    [Fact]
    public void A_finding_has_the_same_id_in_every_process() =>
        Assert.Single(Enumerable.Range(0, 3).Select(_ => Child.Run("exit").Of("finding").Single().GetProperty("id").GetString()).Distinct());

    [Fact]
    public void Without_a_file_named_a_program_that_found_something_says_where()
    {
        Child child = Child.Run("exit", findings: "");
        Assert.Contains("ncsan: NCS0000 1 finding in ", child.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(child.Error.Split(" in ")[1].Trim()));
    }

    [Fact]
    public void Without_a_file_named_a_program_without_findings_leaves_no_trace()
    {
        Child child = Child.Run("quiet", findings: "");
        Assert.Equal("", child.Error);
        Assert.Empty(Directory.GetFiles(child.Folder));
    }

    [Fact]
    public void A_thousand_threads_run_unharmed_and_without_findings() => Child.Run("threads").IsClean();

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_compacting_heap_makes_no_finding_up(string server) =>
        Child.Run("compact", ("DOTNET_gcServer", server), ("NCSAN_UNKNOWN_ORIGIN", "1"), ("NCSAN_STRICT", "1"), ("NCSAN_DELAY_SHARE", "95"), ("NCSAN_SKIP_WATCH", "20")).IsClean(watchpoints: 50);

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_race_on_an_object_that_moves_is_found(string server) => Assert.Single(Child.Run("compact-race", ("DOTNET_gcServer", server)).Of("finding"));

    [Fact]
    public void A_collectible_context_with_a_finding_can_be_unloaded()
    {
        Child child = Child.Run("collectible");
        Assert.Single(child.Of("finding"));
        Assert.Equal(0, child.ExitCode);
    }

    [Fact]
    public void Bursts_raise_and_lower_State() => Child.Run("burst", ("NCSAN_SAMPLING", "burst"), ("NCSAN_OVERHEAD", "1.1")).IsClean();

    [Fact]
    public void A_module_made_for_another_version_is_refused_with_a_sentence()
    {
        Child child = Child.Run("wrong-version");
        Assert.Equal(0, child.ExitCode);
        Assert.StartsWith("ncsan: NCS2203 ", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_pointer_faults_in_the_program() => Child.Run("bad-pointer").IsClean();

    [Fact]
    public void An_interrupt_meant_for_the_program_reaches_it()
    {
        Child child = Child.Run("interrupt");
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}: {child.Error}");
    }

    [Fact]
    public async Task Processes_that_append_to_one_file_lose_no_line()
    {
        string file = Path.GetTempFileName();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Child.Run("many-lines", findings: file))));
        List<JsonElement> lines = [.. File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement).Where(l => l.GetProperty("record").GetString() == "line")];
        Assert.Equal(4 * 500, lines.Count);
        File.Delete(file);
    }

    [Fact]
    public void A_bad_option_is_said_and_its_default_taken()
    {
        Child child = Child.Run("quiet", ("NCSAN_STRICT", "perhaps"));
        Assert.Equal(0, child.ExitCode);
        Assert.Equal("ncsan: NCS2201 NCSAN_STRICT=perhaps is not true or false; using false.\n", child.Error);
    }

    /// <summary>As after <c>2> file</c> in a shell, which hands one open file on to all that it starts.</summary>
    [Fact]
    public void What_is_said_into_a_file_that_others_write_to_is_not_written_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        string folder = ScratchFolder.Make("shared"), file = Path.Combine(folder, "error");
        var start = new ProcessStartInfo("sh", ["-c", $"{{ dotnet exec '{Path.Combine(AppContext.BaseDirectory, "Ncsan.Runtime.Subject.dll")}' quiet; echo after >&2; }} 2> '{file}'"]) { WorkingDirectory = folder };
        start.Environment["NCSAN_STRICT"] = "perhaps";
        start.Environment["NCSAN_FINDINGS"] = "findings.jsonl";
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal("ncsan: NCS2201 NCSAN_STRICT=perhaps is not true or false; using false.\nafter\n", File.ReadAllText(file));
    }

    [Fact]
    public void A_fault_of_the_runtime_is_said_and_turns_it_off()
    {
        Child child = Child.Run("fault");
        Assert.Equal(0, child.ExitCode);
        Assert.StartsWith("ncsan: NCS9101 a part failed and is off (InvalidOperationException: on purpose); the program goes on.", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_that_cannot_be_written_are_said_once_and_the_program_goes_on()
    {
        Child child = Child.Run("threads-race", findings: "/dev/full");
        Assert.Equal(0, child.ExitCode);
        Assert.Single(child.Error.Split('\n'), line => line.StartsWith("ncsan: NCS2202 ", StringComparison.Ordinal));
    }
}
