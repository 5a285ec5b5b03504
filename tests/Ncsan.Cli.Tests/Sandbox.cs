namespace Ncsan.Cli.Tests;

/// <summary>A folder of its own for a test, with a copy of a subject in it, gone afterwards.</summary>
public sealed class Sandbox : IDisposable
{
    public Sandbox(string name = "plain") => Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ncsan-cli-{Guid.NewGuid():N}", name)).FullName;

    public string Folder { get; }

    /// <summary>The application folder of the copied subject.</summary>
    public string App => Path.Combine(Folder, "app");

    public string Dll => Path.Combine(App, "Subject.dll");

    /// <summary>Where its rewritten copy is to be.</summary>
    public string Copy => App + ".ncsan";

    /// <summary>A sandbox with the built program in it.</summary>
    public static Sandbox WithProgram(string name = "plain")
    {
        var sandbox = new Sandbox(name);
        sandbox.Bring(Output("Program"));
        return sandbox;
    }

    /// <summary>The build output of a subject.</summary>
    public static string Output(string subject) => Path.Combine(Ncsan.Root, "tests", "Ncsan.Cli.Tests", "Subjects", subject, "bin", Ncsan.Configuration, "net10.0");

    public void Bring(string output)
    {
        foreach (string file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(App, Path.GetRelativePath(output, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public Outcome Run(params string[] arguments) => Ncsan.RunIn(Folder, null, ["run", Dll, .. arguments]);

    /// <summary>Each file of a folder with its content, for proof that nothing changed.</summary>
    public static Dictionary<string, string> Contents(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
}
