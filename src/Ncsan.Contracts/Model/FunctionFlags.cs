namespace Ncsan.Contracts.Model;

/// <summary>What is known about a function. The rules read these and never ask which front end set them.</summary>
[Flags]
public enum FunctionFlags
{
    /// <summary>Ordinary code of which nothing special is known: not protected, and not seen to be instrumented.</summary>
    None = 0,

    /// <summary>No-instrument code: <c>[NoInstrument]</c> in IL, <c>.noinstr.text</c> and its like in ELF.</summary>
    Protected = 1,

    /// <summary>The body calls the sanitizer's hooks (or, in IL, will once its assembly is rewritten).</summary>
    Instrumented = 2,

    /// <summary>Only a name: the body is in another file that was not given.</summary>
    External = 4,

    /// <summary>One of the sanitizer's own entries, which instrumented code calls.</summary>
    Hook = 8,

    /// <summary>Code may start here without being called from anything in the graph: an export, an interrupt entry, a public member.</summary>
    Entry = 16,

    /// <summary>Meant to be inlined: a helper of a header or marked for inlining. Several bodies of it are out-of-line copies.</summary>
    MeantInline = 32,

    /// <summary>Made by a compiler or a rewriter (module constructors and the like); left out of the count of copies.</summary>
    CompilerMade = 64,

    /// <summary>Protected code may call it although it is not protected: it cannot be instrumented, or is patched out (a reason is in <see cref="Function.Why"/>).</summary>
    Safe = 128,

    /// <summary>Does not return.</summary>
    NoReturn = 256,
}
