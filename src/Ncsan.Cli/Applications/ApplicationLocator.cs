using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Ncsan.Cli.Applications;

/// <summary>Finds the program that the user means: a project (built first), a folder, an assembly, or an executable.</summary>
internal static class ApplicationLocator
{
    /// <summary>The built and checked application at <paramref name="path"/>.</summary>
    /// <exception cref="InputException">There is none that can be run.</exception>
    public static Application Locate(string path, BuildChoice build)
    {
        if (path.Length == 0 || path.Contains('\0')) { throw new InputException("NCS2001", "the name of the program is empty."); }
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) { return InFolder(full, build); }
        if (!File.Exists(full)) { throw new InputException("NCS2001", $"there is no file or folder '{path}'."); }
        if (ProjectBuild.IsProject(full)) { return FromProject(full, build); }
        return Checked(Path.GetExtension(full).ToLowerInvariant() switch
        {
            ".dll" => Application.Of(full, useAppHost: false),
            ".sln" or ".slnx" => throw new InputException("NCS2002", $"'{path}' is a solution; name one of its projects."),
            ".exe" when File.Exists(Path.ChangeExtension(full, ".dll")) => Application.Of(full, useAppHost: true),
            ".exe" => Application.Of(full, useAppHost: false),
            _ when File.Exists(full + ".dll") => Application.Of(full + ".dll", useAppHost: true),
            _ => throw new InputException("NCS2002", $"'{path}' is not a .NET program that can be rewritten: there is no '{Path.GetFileName(full)}.dll' beside it (single-file and native programs must be published without that)."),
        }, full);
    }

    private static Application InFolder(string folder, BuildChoice build)
    {
        string[] projects = [.. Directory.EnumerateFiles(folder).Where(f => ProjectBuild.IsProject(f) && !ProjectBuild.IsSingleFile(f)).Order(StringComparer.Ordinal)];
        if (projects is [var only]) { return FromProject(only, build); }
        if (projects.Length > 1) { throw new InputException("NCS2002", $"folder '{folder}' holds {projects.Length} projects; name one of them."); }

        const string suffix = ".runtimeconfig.json";
        string[] programs = [.. Directory.EnumerateFiles(folder, "*" + suffix).Select(p => p[..^suffix.Length] + ".dll").Where(File.Exists)];
        return programs switch
        {
            [var dll] => Checked(Application.Of(dll, useAppHost: false), dll),
            [] => throw new InputException("NCS2002", $"folder '{folder}' holds neither a project nor a built program."),
            _ => throw new InputException("NCS2002", $"folder '{folder}' holds {programs.Length} programs; name one of them."),
        };
    }

    private static Application FromProject(string project, BuildChoice build)
    {
        BuiltProject built = ProjectBuild.Run(project, build);
        Application app = Application.Of(built.TargetPath, useAppHost: true);
        return Checked(app with { UseAppHost = File.Exists(app.AppHost) }, built.TargetPath);
    }

    private static Application Checked(Application app, string named)
    {
        string target = TargetFramework(File.Exists(app.MainAssembly) ? app.MainAssembly : named);
        if (!target.StartsWith(".NETCoreApp,", StringComparison.Ordinal) && target.Length > 0)
        {
            throw new InputException("NCS2008", $"'{named}' is built for {target}; Ncsan runs programs for .NET (net10.0, or an earlier one that runs on .NET 10).");
        }

        if (!File.Exists(app.RuntimeConfig))
        {
            throw new InputException("NCS2004", $"'{named}' has no '{app.Name}.runtimeconfig.json' beside it, so it cannot be started; build it as a program (OutputType Exe) and keep its files together.");
        }

        var config = RuntimeConfig.Read(app.RuntimeConfig);
        if (config.IsSelfContained && config.IsTooOld)
        {
            throw new InputException("NCS2008", $"'{named}' carries a .NET older than {RuntimeConfig.Needed.Major}; publish it for net{RuntimeConfig.Needed.ToString(2)}, or without --self-contained.");
        }

        return app;
    }

    /// <summary>The text of the assembly's TargetFrameworkAttribute, or empty.</summary>
    private static string TargetFramework(string path)
    {
        try
        {
            using var pe = new PEReader(File.OpenRead(path));
            if (!pe.HasMetadata) { throw NotAProgram(path, "it is native code"); }
            if (pe.PEHeaders.CorHeader!.EntryPointTokenOrRelativeVirtualAddress == 0) { throw NotAProgram(path, "it is a library, without an entry point"); }
            return AssemblyFacts.TargetFramework(pe.GetMetadataReader());
        }
        catch (BadImageFormatException)
        {
            throw NotAProgram(path, "it is no .NET assembly, or it is cut short");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException("NCS2001", $"'{path}' cannot be read: {e.Message}");
        }
    }

    private static InputException NotAProgram(string path, string why) => new("NCS2002", $"'{path}' is not a program: {why}.");
}
