namespace Ncsan.Runtime.Findings;

/// <summary>Two accesses that met, on their way to the reporter thread.</summary>
/// <param name="mine">The side of the thread that measured.</param>
/// <param name="theirs">The other side, or null when nobody instrumented is known to have made the change.</param>
/// <param name="before">The value before, or null when it stayed the same or cannot be compared.</param>
/// <param name="after">The value after.</param>
internal sealed class Finding(Side mine, Side? theirs, CapturedValue? before, CapturedValue? after)
{
    private Finding() : this(null!, null, null, null) { }

    /// <summary>A finding that is not about two accesses: the reporter thread makes its line.</summary>
    internal Finding(Func<(string Id, JsonLine Line)> other) : this() => Other = other;

    /// <summary>What makes the line of a finding that is not about two accesses, or null.</summary>
    internal Func<(string Id, JsonLine Line)>? Other { get; }

    internal Side Mine => mine;

    internal Side? Theirs => theirs;

    internal CapturedValue? Before => before;

    internal CapturedValue? After => after;

    /// <summary>The next one in the reporter's queue.</summary>
    internal Finding? Next;

    /// <summary>Set once the line is on disk, or given up.</summary>
    internal volatile bool IsDone;
}
