namespace Ncsan.Reporting;

/// <summary>One frame of a stack.</summary>
/// <param name="Method">The method as its author wrote it.</param>
/// <param name="File">The source file, or null without symbols.</param>
/// <param name="Line">The line, or 0.</param>
/// <param name="Folded">How many runtime frames this one stands for; 0 for a frame that stands for itself.</param>
public readonly record struct Frame(string Method, string? File = null, int Line = 0, int Folded = 0)
{
    /// <summary>The frame belongs to the framework or to the sanitizer: nobody can mend it, so it is folded.</summary>
    public bool IsRuntime => Folded > 0 || IsSanitizer || (File is null && (StartsWith("System.") || StartsWith("Microsoft.") || StartsWith("Internal.") || StartsWith("Interop.") || StartsWith("Interop+")));

    /// <summary>The frame belongs to the sanitizer itself and is never shown at the top of a stack.</summary>
    public bool IsSanitizer => StartsWith("Ncsan.Runtime.");

    private bool StartsWith(string prefix) => Method.StartsWith(prefix, StringComparison.Ordinal);
}
