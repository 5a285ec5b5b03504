using System.Diagnostics;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>Runs a compiled program with the dotnet that runs this test.</summary>
internal static class Child
{
    internal static (int ExitCode, string Output, string Error) Run(string program, params (string Name, string Value)[] environment)
    {
        File.WriteAllText(Path.ChangeExtension(program, ".runtimeconfig.json"),
            $$"""{ "runtimeOptions": { "tfm": "net10.0", "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }""");
        var start = new ProcessStartInfo(Dotnet, [program]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(program)! };
        foreach ((string name, string value) in environment) { start.Environment[name] = value; }
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    // The framework is in dotnet/shared/Microsoft.NETCore.App/VERSION.
    private static string Dotnet => Path.Combine(IlCompiler.FrameworkFolder, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
}
