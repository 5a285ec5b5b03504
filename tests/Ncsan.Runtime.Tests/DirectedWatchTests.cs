using System.Text.Json;

namespace Ncsan.Runtime.Tests;

/// <summary>What one run learns, the next one watches for.</summary>
public sealed class DirectedWatchTests : IDisposable
{
    private readonly string _store = Directory.CreateTempSubdirectory("ncsan-store").FullName;

    public void Dispose() => Directory.Delete(_store, recursive: true);

    [Theory]
    [InlineData("apart", "read")]
    [InlineData("apart-writes", "write")]
    public void Two_accesses_a_second_and_a_half_apart_are_observed_in_the_second_round(string way, string late)
    {
        Child first = Round(way);
        Assert.Empty(first.Of("finding"));
        Assert.Equal(1, Statistic(first, "new_candidates"));

        JsonElement finding = Assert.Single(Round(way).Of("finding"));
        Assert.Equal("observed", finding.GetProperty("certainty").GetString());
        Assert.Equal(new[] { late, "write" }.Order(), finding.GetProperty("accesses").EnumerateArray().Select(a => a.GetProperty("kind").GetString()).Order());

        Child third = Round(way);
        Assert.Equal(0, Statistic(third, "directed_microseconds"));
        Assert.Equal(0, Statistic(third, "new_candidates"));
    }

    [Fact]
    public void What_was_observed_is_observed_again_in_another_run()
    {
        Round("apart");
        Assert.Single(Round("apart").Of("finding"));
        Assert.Single(Round("apart", run: "two").Of("finding"));
    }

    [Fact]
    public void Accesses_ordered_by_start_join_and_lock_are_never_reported_and_soon_given_up()
    {
        for (int round = 1; round <= 4; round++)
        {
            Child child = Round("ordered");
            child.IsClean();
            if (round > 1) { Assert.InRange(Statistic(child, "directed_microseconds"), 0, 2_500_000); }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("another program's file\n")]
    [InlineData("ncsan candidates 3\n12\t0\t0\t\ta\t1\tb\tc\ta\t1\tb\tc\n")]
    [InlineData("ncsan candidates 5\n12\tthree\n")]
    public void A_store_that_cannot_be_read_is_set_aside_and_rebuilt(string content)
    {
        string path = Path.Combine(_store, "candidates");
        File.WriteAllText(path, content);
        Child child = Round("ordered");
        Assert.Equal(0, child.ExitCode);
        Assert.StartsWith("ncsan: NCS2205 ", Assert.Single(child.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(path + ".bad"));
        Round("ordered").IsClean();
    }

    [Fact]
    public async Task Runs_at_once_share_a_store_without_loss()
    {
        Task<Child>[] runs = [.. new[] { "apart", "apart-writes", "ordered" }.Select(way => Task.Run(() => Round(way)))];
        await Task.WhenAll(runs);
        string[] lines = File.ReadAllLines(Path.Combine(_store, "candidates"));
        Assert.Equal("ncsan candidates 5", lines[0]);
        Assert.Contains(lines, l => l.Contains("Counter.WriteLate()", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Counter.Read()", StringComparison.Ordinal) && l.Contains("Counter.Write()", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Split("Counter.Write()").Length == 3);
    }

    private Child Round(string way, string run = "one") => Child.Run(way, ("NCSAN_STORE", _store), ("NCSAN_RUN_ID", run));

    private static long Statistic(Child child, string name) => child.Of("summary").Single().GetProperty("statistics").GetProperty(name).GetInt64();
}
