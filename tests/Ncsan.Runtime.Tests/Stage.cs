using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ncsan.Runtime.Sites;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Ncsan.Runtime.Tests;

/// <summary>Starts the runtime in this process as a rewritten module would, and runs accesses against each other.</summary>
internal static class Stage
{
    private static readonly List<Site> s_sites = [];
    private static int s_base;

    /// <summary>The file that this process appends its findings to, up to its very end.</summary>
    internal static string FindingsPath { get; } = Path.Combine(AppContext.BaseDirectory, "findings.jsonl");

    /// <summary>Must run before the first use of the runtime: options are read once.</summary>
    [ModuleInitializer]
    internal static void Prepare()
    {
        File.Delete(FindingsPath);
        Environment.SetEnvironmentVariable("NCSAN_FINDINGS", FindingsPath);
        for (int i = 0; i < 200; i++)
        {
            s_sites.Add(new Site(i % 2 == 0 ? SiteKind.Read : SiteKind.Write, SiteFlags.None, 4, $"Subject.Method{i}()", $"Subject._field{i / 2} (int)", "Subject.cs", 10 + i, 0));
        }

        Module module = typeof(Stage).Module;
        using (FileStream file = File.Create(SiteTable.PathFor(module.FullyQualifiedName))) { new SiteTable(s_sites).Write(file); }
        s_base = Hooks.ModuleLoaded(typeof(Stage).TypeHandle, Hooks.AbiVersion, s_sites.Count);
    }

    /// <summary>The run-time number of a site: even ones read, odd ones write, and each two have a member of their own.</summary>
    internal static int Site(int id) => s_base + id;

    /// <summary>The findings whose member is that of the pair of sites <paramref name="pair"/>.</summary>
    internal static List<JsonElement> FindingsOn(int pair) => [.. Findings().Where(f => f.GetProperty("member").GetString() == $"Subject._field{pair} (int)")];

    internal static List<JsonElement> Findings()
    {
        if (!File.Exists(FindingsPath)) { return []; }
        using var reader = new StreamReader(new FileStream(FindingsPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));

        // What follows the last line's end is being written.
        string[] lines = reader.ReadToEnd().Split('\n');
        return [.. lines[..^1].Where(static line => line.Length > 0).Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>Runs both actions again and again on two threads until <paramref name="done"/>, or until <paramref name="rounds"/> are over.</summary>
    /// <returns>Whether it was done.</returns>
    internal static bool Clash(Action first, Action second, Func<bool> done, int seconds = 20)
    {
        bool stop = false;
        void Loop(Action action)
        {
            while (!Volatile.Read(ref stop)) { action(); }
        }

        var threads = new[] { new Thread(() => Loop(first)) { Name = "first" }, new Thread(() => Loop(second)) { Name = "second" } };
        foreach (Thread thread in threads) { thread.Start(); }
        bool result = SpinWait.SpinUntil(done, TimeSpan.FromSeconds(seconds));
        Volatile.Write(ref stop, true);
        foreach (Thread thread in threads) { thread.Join(); }
        return result;
    }
}
