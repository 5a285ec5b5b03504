using System.Diagnostics;
using System.Reflection;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Findings;

/// <summary>Turns a captured stack into source terms: the site on top, our own frames gone. Frames of the framework carry their namespace, by
/// which the reports fold them.</summary>
internal static class StackFrames
{
    /// <summary>Whether code of the program that was rewritten is on a stack.</summary>
    internal static bool ReachesProgram(StackTrace stack) => Array.Exists(stack.GetFrames(), static f => f.GetMethod() is { } method && Modules.IsOfProgram(method.Module));

    internal static IReadOnlyList<Frame> Resolve(StackTrace? stack, int number, Site? site)
    {
        var frames = new List<Frame>();
        int user = -1;
        if (site is { } known) { frames.Add(new Frame(known.Method, known.File, known.Line)); }
        bool first = true;
        string? started = null; // the async method whose first step is above its own start on the stack
        MethodBase? leftFor = null; // the original of a checked method, which is below it on the stack unless the JIT made a jump of the call
        foreach (StackFrame frame in stack?.GetFrames() ?? [])
        {
            if (frame.GetMethod() is not { } method || Framework.FrameworkLink.IsOurs(method)) { continue; }

            MethodBase? original = CheckedMethods.OriginalOf(method);
            bool isOriginal = original is null && leftFor is not null && method.Module == leftFor.Module && method.MetadataToken == leftFor.MetadataToken;
            leftFor = original;
            if (isOriginal) { continue; }
            MethodBase written = original ?? method;

            // The topmost frame is the site's own unless the JIT inlined the method: then it is the caller's, and worth a line.
            if (AsyncStarts.IsPartOf(written, ref started)) { continue; }
            bool isSite = first && site is { } s && Modules.Of(number)?.Is(method.Module) == true && written.MetadataToken == s.MethodToken;
            first = false;
            started = AsyncStarts.Of(written);
            if (isSite) { continue; }
            if (user < 0 && !Framework.FrameworkLink.IsFramework(method)) { user = frames.Count; }
            (string? file, int line) = Symbols.Find(method, frame.GetILOffset());
            frames.Add(new Frame(file is null ? SourceNames.WithNamespace(written) : SourceNames.Of(written), file, line, TestPlatform.Owns(method.Module.Name) && !Modules.IsOfProgram(method.Module)));
        }

        // An access inside the framework is shown where the user's code called it; what happened inside is the operation's name.
        if (Framework.FrameworkLink.IsFrameworkSite(number) && user > 0) { frames.RemoveRange(0, user); }
        if (frames.Count == 0) { frames.Add(new Frame("unknown method", null, 0)); }
        return frames;
    }
}
