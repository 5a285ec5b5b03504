using System.Globalization;
using System.Text.RegularExpressions;

namespace Ncsan.Cli.Tests;

/// <summary>What <c>ncsan repro</c> says of a race that is still there.</summary>
internal static class Reproduced
{
    /// <summary>Nineteen tries in twenty is what is promised, so one of a few may be in vain.</summary>
    public static void AtLeastAllButOne(Outcome outcome, int times)
    {
        Match said = Regex.Match(outcome.Out, $@"\Areproduced (\d+)/{times}\n\z");
        Assert.True(said.Success, outcome.Out + outcome.Error);
        Assert.InRange(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), times - 1, times);
        Assert.Equal(0, outcome.ExitCode);
    }
}
