namespace Ncsan.Rewriter.Memory;

/// <summary>A line of the contract.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Parameters">The types of its parameters, as the contract writes them.</param>
/// <param name="ParameterNames">Their names.</param>
/// <param name="Effects">What it does to its arguments.</param>
internal sealed record MemoryMethod(string Name, string Parameters, string[] ParameterNames, MemoryEffect[] Effects);

/// <summary>What a method does to one argument, an array or a span.</summary>
/// <param name="Writes">It writes the elements; else it reads them.</param>
/// <param name="Parameter">The parameter's number, or <see cref="This"/>.</param>
/// <param name="Start">The number of the parameter that says where the elements begin; null when they begin with the first.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct MemoryEffect(bool Writes, int Parameter, int? Start, RunLength Length)
{
    /// <summary>The parameter that the method is called on.</summary>
    internal const int This = -1;
}

/// <summary>How long a run of elements is.</summary>
/// <param name="Parameter">The number of the parameter that says so.</param>
/// <param name="Constant">As many as that.</param>
/// <param name="Result">The method's result says so, and how.</param>
/// <param name="Counter">The method of the same object that says so.</param>
/// <param name="CounterParameters">The numbers of the parameters that it gets.</param>
internal sealed record RunLength(int? Parameter = null, int? Constant = null, ResultMeaning Result = ResultMeaning.None, string? Counter = null, int[]? CounterParameters = null)
{
    /// <summary>To the end of the array or span.</summary>
    internal static readonly RunLength All = new();

    internal bool IsAll => ReferenceEquals(this, All);

    /// <summary>It is known only when the method returns.</summary>
    internal bool IsKnownAfter => Result != ResultMeaning.None;

    /// <summary>The parameters whose values are needed to know it.</summary>
    internal int[] Parameters => CounterParameters ?? (Parameter is { } parameter ? [parameter] : []);

    internal static RunLength By(int parameter) => new(Parameter: parameter);

    /// <summary>The same of a method whose parameters follow after so many arguments.</summary>
    internal RunLength After(int arguments) => this with { Parameter = Parameter + arguments, CounterParameters = CounterParameters is null ? null : [.. CounterParameters.Select(p => p + arguments)] };

    internal static RunLength After(ResultMeaning result) => new(Result: result);

    internal static RunLength Counted(string counter, int[] parameters) => new(Counter: counter, CounterParameters: parameters);

    internal static RunLength Exactly(int constant) => new(Constant: constant);
}

/// <summary>What a method's result says of how many elements it has looked at for certain.</summary>
internal enum ResultMeaning
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is their number.</summary>
    Count,

    /// <summary>It is the index of the last one, or negative when they were all in vain.</summary>
    Index,

    /// <summary>The same, but a negative one says nothing: what is looked for may be longer than the run.</summary>
    IndexIfFound,

    /// <summary>They were all in vain when it is negative; else nothing.</summary>
    AllIfNegative,

    /// <summary>They were all looked at when it is false; else nothing.</summary>
    AllIfFalse,
}
