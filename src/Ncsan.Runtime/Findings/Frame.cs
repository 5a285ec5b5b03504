namespace Ncsan.Runtime.Findings;

/// <summary>One line of a stack in source terms.</summary>
/// <param name="Method">The method as its author wrote it.</param>
/// <param name="File">The source file, or null.</param>
/// <param name="Line">The line, or 0.</param>
/// <param name="IsOfTestPlatform">The method runs tests rather than being tested.</param>
internal readonly record struct Frame(string Method, string? File, int Line, bool IsOfTestPlatform = false);
