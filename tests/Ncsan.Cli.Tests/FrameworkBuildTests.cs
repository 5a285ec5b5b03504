using System.Diagnostics;

namespace Ncsan.Cli.Tests;

/// <summary>A build of the instrumented framework that does not come to its end leaves nothing that a later run would use. None of these builds gets far.</summary>
public sealed class FrameworkBuildTests : IDisposable
{
    private readonly string _cache = ScratchFolder.Make("framework-build");

    private string Entries => Path.Combine(_cache, "framework");

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public async Task KilledBuildLeavesNoEntryAndNothingToStay()
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "ncsan.dll"), "framework", "build", "--il"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["NCSAN_CACHE"] = _cache;
        using var build = Process.Start(start)!;

        // The first line says that it has begun; it is in the middle then.
        string? said = await build.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        build.Kill();
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("building the instrumented", said, StringComparison.Ordinal);
        Assert.Contains(Directory.EnumerateDirectories(Entries), d => d.EndsWith(".building", StringComparison.Ordinal));
        Assert.Equal("", Run("framework", "list").Out);

        // Its lock went with it, so whoever cleans gets at what it left.
        Assert.Equal("", Run("framework", "clean").Out);
        Assert.Empty(Directory.EnumerateDirectories(Entries));
    }

    [Theory]
    [InlineData(16, "while files are copied")]
    [InlineData(40, "while assemblies are rewritten")]
    public void FullDiskIsSaidAndLeavesNothing(int megabytes, string when)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a small disk takes a mount of one's own");
        string script = $"mount -t tmpfs -o size={megabytes}m tmpfs '{_cache}' || exit 77; dotnet exec '{Path.Combine(AppContext.BaseDirectory, "ncsan.dll")}' framework build --il; echo \"code $?\"; ls '{Entries}'";
        var outcome = Ncsan.Execute("unshare", ["-rm", "sh", "-c", script], null, new Dictionary<string, string> { ["NCSAN_CACHE"] = _cache });
        Assert.SkipWhen(outcome.ExitCode is 1 or 77 && !outcome.Out.Contains("code", StringComparison.Ordinal), "no mount of one's own is to be had here");
        Assert.True(outcome.Error.Contains("NCS2006", StringComparison.Ordinal), when + outcome);
        string[] left = outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("code 2", left[0]);
        Assert.All(left[1..], file => Assert.EndsWith(".lock", file, StringComparison.Ordinal));
    }

    private Outcome Run(params string[] arguments) => Ncsan.RunIn(null, new Dictionary<string, string> { ["NCSAN_CACHE"] = _cache }, arguments);
}
