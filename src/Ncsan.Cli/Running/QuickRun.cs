using Ncsan.Cli.Applications;
using Ncsan.Cli.Cache;

namespace Ncsan.Cli.Running;

/// <summary>
/// <c>ncsan run app.dll [-- args]</c>, or the program's own executable, without options and with a copy that is up to date: the program is started
/// before the command line parser, the rewriter or the report are loaded. Everything else goes the long way, which does the same and more.
/// </summary>
internal static class QuickRun
{
    /// <summary>The exit code, or null when this is not such a start.</summary>
    public static int? Try(string[] args)
    {
        if (args is not ["run", var path, ..] || (args.Length > 2 && args[2] != "--") || !File.Exists(path)) { return null; }
        if (Environment.GetEnvironmentVariable(InstrumentedFramework.Variable) is not null) { return null; }
        bool isAssembly = path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        if (!isAssembly && (Path.HasExtension(path) || !File.Exists(path + ".dll"))) { return null; }
        var app = Application.Of(isAssembly ? path : path + ".dll", useAppHost: !isAssembly);
        using var copy = RewrittenCopy.TryOpenCurrent(app, RewriteChoice.Default);
        return copy is null ? null : ProgramRun.Go(copy, Launch.Of(app.In(copy.Location.Folder), args[Math.Min(3, args.Length)..], Sampling.Environment(forTests: false)), new RunOptions());
    }
}
