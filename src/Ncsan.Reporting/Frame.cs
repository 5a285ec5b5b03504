namespace Ncsan.Reporting;

/// <summary>One frame of a stack.</summary>
/// <param name="Method">The method as its author wrote it.</param>
/// <param name="File">The source file, or null without symbols.</param>
/// <param name="Line">The line, or 0.</param>
/// <param name="Folded">How many runtime frames this one stands for; 0 for a frame that stands for itself.</param>
/// <param name="IsOfTestPlatform">The method is part of what runs tests.</param>
public readonly record struct Frame(string Method, string? File = null, int Line = 0, int Folded = 0, bool IsOfTestPlatform = false)
{
    /// <summary>How frames of the framework begin, and those of the code that it makes to invoke by reflection and for <c>dynamic</c>.</summary>
    private static readonly string[] s_runtime = ["System.", "Microsoft.", "Internal.", "Interop.", "Interop+", "<Module>.InvokeStub_", "<Module>.CallSite.Target("];

    /// <summary>The frame belongs to the framework, to the test platform or to the sanitizer: nobody can mend it, so it is folded.</summary>
    public bool IsRuntime => Folded > 0 || IsOfTestPlatform || IsSanitizer || (File is null && s_runtime.Any(StartsWith));

    /// <summary>The frame belongs to the sanitizer itself and is never shown at the top of a stack.</summary>
    public bool IsSanitizer => StartsWith("Ncsan.Runtime.");

    /// <summary>It is the body of a method, by the method's full name, and not of a lambda or a local function in it.</summary>
    public bool IsOf(string method)
    {
        int end = Method.IndexOf('(');
        return end > 0 && Method.IndexOf(')') == Method.Length - 1 && method.Replace('+', '.') is var name && name.EndsWith(Method[..end], StringComparison.Ordinal)
            && (name.Length == end || name[name.Length - end - 1] == '.');
    }

    private bool StartsWith(string prefix) => Method.StartsWith(prefix, StringComparison.Ordinal);
}
