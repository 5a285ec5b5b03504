namespace Ncsan.Runtime.Sites;

/// <summary>What kind of event a site stands for.</summary>
public enum SiteKind : byte
{
    /// <summary>A read of memory.</summary>
    Read,

    /// <summary>A write of memory.</summary>
    Write,

    /// <summary>A read-modify-write in one instruction (Interlocked).</summary>
    ReadWrite,

    /// <summary>A call that reads a collection.</summary>
    CollectionRead,

    /// <summary>A call that writes a collection.</summary>
    CollectionWrite,

    /// <summary>A memory barrier.</summary>
    Barrier,

    /// <summary>A thread or work item is made here.</summary>
    Creation,

    /// <summary>An assertion of the annotations.</summary>
    Assertion,

    /// <summary>A lock is taken or released here.</summary>
    Lock,
}

/// <summary>Facts about a site that its kind does not say.</summary>
[Flags]
public enum SiteFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>The access is marked.</summary>
    Marked = 1,

    /// <summary>The access is half of a read-modify-write such as <c>x++</c>, so a race on it can lose an update.</summary>
    ReadModifyWrite = 2,

    /// <summary>The write stands behind a test of the same location in its method, as in <c>_x ??= new()</c>, so a race on it may be a harmless one.</summary>
    TestedFirst = 4,

    /// <summary>The access is to a field of an async method's state machine, which one thread at a time runs.</summary>
    OfFlow = 8,

    /// <summary>The access is to a member of a struct, which whoever copies the struct touches too.</summary>
    InStruct = 16,

    /// <summary>The access is to a field of a type that lays its fields out itself, so that others may lie on it.</summary>
    Laid = 32,

    /// <summary>The read stands in a loop, each iteration of which reads the same location, so the JIT may read it once and for all.</summary>
    InLoop = 64,

    /// <summary>The access is to a run of elements, none larger than a word: each is read or written at once, and one after another.</summary>
    Elements = 128,
}

/// <summary>One place in the rewritten program that calls a hook.</summary>
/// <param name="Kind">What happens here.</param>
/// <param name="Flags">More about it.</param>
/// <param name="Size">The size of the access in bytes; 0 when it is known only at run time.</param>
/// <param name="Method">The method as its author wrote it, with parameter types: <c>Account.Withdraw(int)</c>; compiler-made
/// names (lambdas, local functions, async and iterator bodies) are already folded to their source form.</param>
/// <param name="Member">What is accessed: <c>Account._balance (int)</c>, <c>int[]</c>, <c>List&lt;int&gt;.Add</c>, a captured local by its source name.</param>
/// <param name="File">The source file as the PDB names it, or null without symbols.</param>
/// <param name="Line">The line, or 0.</param>
/// <param name="MethodToken">The metadata token of the method in the <em>rewritten</em> module that holds this site, to match it with stack frames.</param>
public readonly record struct Site(SiteKind Kind, SiteFlags Flags, int Size, string Method, string Member, string? File, int Line, int MethodToken);
