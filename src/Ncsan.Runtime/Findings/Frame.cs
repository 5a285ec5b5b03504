namespace Ncsan.Runtime.Findings;

/// <summary>One line of a stack in source terms.</summary>
/// <param name="Method">The method as its author wrote it.</param>
/// <param name="File">The source file, or null.</param>
/// <param name="Line">The line, or 0.</param>
/// <param name="Folded">How many frames of the framework this one stands for; 0 for a frame of the program.</param>
internal readonly record struct Frame(string Method, string? File, int Line, int Folded = 0);
