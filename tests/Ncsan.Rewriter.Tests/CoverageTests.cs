using System.Reflection;
using Ncsan.Bench.Kernels;

namespace Ncsan.Rewriter.Tests;

/// <summary>
/// While State is up every access of every kernel is checked: as many as in a copy of the same kernels that calls its hooks without asking State, so that no
/// test, copy or twin can lead past one.
/// </summary>
public class CoverageTests
{
    private const string Source = "public static class Program { public static int Index; static object Run() => Ncsan.Bench.Kernels.Registry.All[Index].Run(1); }";

    [Fact]
    public void Every_access_of_every_kernel_is_checked_while_State_is_up()
    {
        string kernels = typeof(Registry).Assembly.Location;
        using var yardstick = new Subject(Source, untested: true, libraries: kernels);
        using var subject = new Subject(Source, libraries: kernels);
        for (int i = 0; i < Registry.All.Length; i++)
        {
            double value = Registry.All[i].Run(1);
            long expected = Count(yardstick, i, value), actual = Count(subject, i, value);
            Assert.True(expected > 0 && expected == actual, $"{Registry.All[i].Name}: {actual} of {expected} accesses");
            Assert.Equal(value, subject.RunClean());
            for (int round = 0; round < 3; round++) { Assert.Equal(value, subject.RunToggling()); }
        }
    }

    // The second of two runs: the first also runs static constructors.
    private static long Count(Subject subject, int index, double value)
    {
        subject.Assembly.GetType("Program")!.GetField("Index", BindingFlags.Public | BindingFlags.Static)!.SetValue(null, index);
        Assert.Equal(value, subject.RunCounting());
        long before = subject.Accesses;
        Assert.Equal(value, subject.RunCounting());
        return subject.Accesses - before;
    }
}
