using System.Text.Json;

namespace Ncsan.Reporting;

/// <summary>One side of a finding: an access and the thread that made it.</summary>
public sealed record Access
{
    /// <summary><c>read</c>, <c>write</c>, <c>read-write</c>, <c>assert no writes</c> or <c>assert no accesses</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The access is marked: volatile, Volatile or Interlocked.</summary>
    public bool Marked { get; init; }

    /// <summary>Its size in bytes; 0 when that says nothing, as for a collection.</summary>
    public long Size { get; init; }

    /// <summary>The method as its author wrote it.</summary>
    public string Method { get; init; } = "";

    /// <summary>The source file, or null without symbols.</summary>
    public string? File { get; init; }

    /// <summary>The line, or 0.</summary>
    public int Line { get; init; }

    /// <summary>What this side names, where it differs from the finding's member: <c>List&lt;int&gt;.Add</c>.</summary>
    public string? Member { get; init; }

    /// <summary>The frames, innermost first; the first one is the access itself.</summary>
    public IReadOnlyList<Frame> Stack { get; init; } = [];

    /// <summary>The thread, where it is known.</summary>
    public ThreadOrigin? Thread { get; init; }

    /// <summary>The locks held, outermost first, as the lock validator names them.</summary>
    public IReadOnlyList<string> LocksHeld { get; init; } = [];

    /// <summary>The access is half of a read-modify-write such as <c>x++</c>.</summary>
    public bool ReadModifyWrite { get; init; }

    /// <summary>The write stands behind a test of the same location in its method, as in <c>_x ??= new()</c>.</summary>
    public bool TestedFirst { get; init; }

    /// <summary>The read stands in a loop that reads the same location each time.</summary>
    public bool InLoop { get; init; }

    /// <summary>The access is to a run of elements, none larger than a word.</summary>
    public bool Elements { get; init; }

    /// <summary>The location holds an object reference.</summary>
    public bool Reference { get; init; }

    /// <summary>The access is a call to a member of a collection.</summary>
    public bool Collection { get; init; }

    /// <summary>The address is not a multiple of the size, so even a word is not read or written at once.</summary>
    public bool Unaligned { get; init; }

    /// <summary>Weak memory: the access was held back, and caught later than where it stands.</summary>
    public bool Reordered { get; init; }

    /// <summary>Fields that this version does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = Fields.None;

    /// <summary>The access changes the location.</summary>
    public bool Writes => Kind is "write" or "read-write";

    /// <summary>The access looks at the location.</summary>
    public bool Reads => Kind is "read" or "read-write";

    /// <summary>The frame of the access itself.</summary>
    public Frame Top => Method.Length > 0 ? new Frame(Method, File, Line) : Stack.FirstOrDefault(new Frame("(unknown)"));

    /// <summary>An assertion of the annotations rather than an access of the program.</summary>
    public bool IsAssertion => Kind.StartsWith("assert", StringComparison.Ordinal);
}
