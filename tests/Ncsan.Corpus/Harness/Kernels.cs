using Ncsan.Annotations;

namespace Ncsan.Corpus.Harness;

/// <summary>The case of the kernel's kcsan_test.c that a conformance case is the .NET form of.</summary>
[AttributeUsage(AttributeTargets.Method), NoInstrument]
public sealed class KernelAttribute(string name) : Attribute
{
    /// <summary>The kernel's name, such as <c>test_basic</c>.</summary>
    public string Name => name;
}

/// <summary>What a conformance case must give.</summary>
public enum Expected
{
    /// <summary>Nothing.</summary>
    Never,

    /// <summary>A data race.</summary>
    DataRace,

    /// <summary>A race of an assertion.</summary>
    Assertion,

    /// <summary>A value that changed and nobody instrumented wrote.</summary>
    UnknownOrigin,
}

/// <summary>Under these options of the sanitizer (<c>name=value</c>, separated by spaces) the case gives this. One run each.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true), NoInstrument]
public sealed class UnderAttribute(string options, Expected expected) : Attribute
{
    /// <summary>The options; empty for the defaults.</summary>
    public string Options => options;

    /// <summary>The verdict.</summary>
    public Expected Expected => expected;
}

/// <summary>Runs the bodies of conformance cases over and over on as many threads as the run has, as kcsan_test does.</summary>
public static class Kernels
{
    /// <summary>Even threads repeat <paramref name="first"/>, odd ones <paramref name="second"/>, until the case is done.</summary>
    public static void Repeat(Action first, Action second) => Together.Each(Session.Threads, index =>
    {
        Action body = index % 2 == 0 ? first : second;
        while (!Session.Done) { body(); }
    });
}

/// <summary>What no hook sees.</summary>
[NoInstrument]
public static class Unseen
{
    private static int s_number;

    /// <summary>A number that was not given before, from code that is not instrumented.</summary>
    public static int Next() => Interlocked.Increment(ref s_number);

    /// <summary>Writes without being seen.</summary>
    public static void Write(ref int location, int value) => Volatile.Write(ref location, value);

    /// <summary>Lets other threads run.</summary>
    public static void Pause() => Thread.Sleep(0);
}
