using System.Diagnostics;
using System.Reflection;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Findings;

/// <summary>Turns a captured stack into source terms: the site on top, the runtime's own frames gone, the framework's folded.</summary>
internal static class StackFrames
{
    internal static IReadOnlyList<Frame> Resolve(StackTrace? stack, int number, Site? site)
    {
        var frames = new List<Frame>();
        if (site is { } known) { frames.Add(new Frame(known.Method, known.File, known.Line)); }
        int folded = 0;
        bool first = true;
        foreach (StackFrame frame in stack?.GetFrames() ?? [])
        {
            if (frame.GetMethod() is not { } method || IsOurs(method)) { continue; }

            // The topmost frame is the site's own unless the JIT inlined the method: then it is the caller's, and worth a line.
            bool isSite = first && site is { } s && Modules.Of(number)?.Is(method.Module) == true && method.MetadataToken == s.MethodToken;
            first = false;
            if (isSite) { continue; }
            if (IsFramework(method))
            {
                folded++;
                continue;
            }

            Fold(frames, ref folded);
            (string? file, int line) = Symbols.Find(method, frame.GetILOffset());
            frames.Add(new Frame(SourceNames.Of(method), file, line));
        }

        Fold(frames, ref folded);
        if (frames.Count == 0) { frames.Add(new Frame("unknown method", null, 0)); }
        return frames;
    }

    private static void Fold(List<Frame> frames, ref int folded)
    {
        if (folded > 0) { frames.Add(new Frame(folded == 1 ? "[1 runtime frame]" : $"[{folded} runtime frames]", null, 0, folded)); }
        folded = 0;
    }

    private static bool IsOurs(MethodBase method) => method.Module == typeof(Hooks).Module;

    private static bool IsFramework(MethodBase method) =>
        method.Module.Assembly.GetName().Name is { } name
        && (name == "System.Private.CoreLib" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal));
}
