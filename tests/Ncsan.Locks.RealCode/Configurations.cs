using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Ncsan.Locks.RealCode;

/// <summary>Configuration alone: sources that reload while others read, listeners that read and change it from inside of a reload.</summary>
internal static class Configurations
{
    internal static async Task RunAsync()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("ncsan-configuration-").FullName, "one.json");
        await File.WriteAllTextAsync(file, """{ "A": { "B": 1 } }""");
        try
        {
            var manager = new ConfigurationManager();
            manager.AddJsonFile(file, optional: false, reloadOnChange: true).AddInMemoryCollection([new("A:C", "1")]).AddEnvironmentVariables("NCSAN_TEST_");
            object gate = new();
            int seen = 0;
            using IDisposable listener = ChangeToken.OnChange(((IConfiguration)manager).GetReloadToken, () => { lock (gate) { seen += manager["A:B"]!.Length; } });
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
            {
                for (int n = 0; n < 25; n++)
                {
                    if (i == 0) { ((IConfigurationRoot)manager).Reload(); }
                    if (i == 2) { manager.AddInMemoryCollection([new($"A:D{n}", "1")]); }

                    // A value may not be set while others read.
                    lock (gate)
                    {
                        if (i == 1) { manager["A:C"] = n.ToString(); }
                        _ = manager["A:C"];
                        _ = manager.GetSection("A").GetChildren().Select(section => section.Value).ToArray();
                    }
                }
            })));
            await File.WriteAllTextAsync(file, """{ "A": { "B": 22 } }""");
            for (int i = 0; i < 50 && manager["A:B"] != "22"; i++) { await Task.Delay(20); }
            manager.Dispose();
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
