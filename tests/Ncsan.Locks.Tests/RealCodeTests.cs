using System.Reflection;
using Ncsan.Rewriter;

namespace Ncsan.Locks.Tests;

/// <summary>
/// Code that we did not write, with all packages rewritten. None of it has a deadlock that we know of, so whatever is reported is explained in
/// docs/bugs-found.md or is ours to mend.
/// </summary>
public sealed class RealCodeTests(RealCodeTests.Program program) : IClassFixture<RealCodeTests.Program>
{
    /// <summary>A program, and a lock class that it must have met, since a validator that sees nothing is silent too.</summary>
    public static TheoryData<string, string> Programs => new()
    {
        { "host", "CallSiteRuntimeResolver.VisitRootCache" },
        { "services", "CallSiteRuntimeResolver.VisitRootCache" },
        { "configuration", "ReferenceCountedProviderManager._replaceProvidersLock" },
        { "channels", "ChannelPipelines" },
        { "dataflow", "Dataflows" },
        { "async-locks", "AsyncLock._mutex" },
        { "observables", "_gate" },
        { "jobs", "Quartz" },
        { "actors", "ConfigurationManager.s_initLock" },
        { "logs", "_syncRoot" },
        { "documents", "LockService" },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void Nothing_is_reported_in_it(string name, string mustSee)
    {
        int times = Environment.GetEnvironmentVariable("NCSAN_LONG") == "1" ? 20 : 2;
        var run = Subjects.Go(program.Path, times, name);
        Assert.True(run.ExitCode == 0, run.Text);
        Assert.True(!run.Findings.Any(), run.Text);
        var facts = run.Lines.Single(line => line.GetProperty("record").GetString() == "locks");
        Assert.Contains(facts.GetProperty("classes").EnumerateArray(), known => known.GetProperty("name").GetString()!.Contains(mustSee, StringComparison.Ordinal));
    }

    /// <summary>The program and its packages, rewritten once.</summary>
    public sealed class Program : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("ncsan-realcode-").FullName;

        public Program()
        {
            string source = typeof(RealCodeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RealCode").Value!;
            foreach (string file in Directory.EnumerateFiles(source))
            {
                string target = System.IO.Path.Combine(_folder, System.IO.Path.GetFileName(file));
                if (file.EndsWith(".dll", StringComparison.Ordinal)) { AssemblyRewriter.Rewrite(file, target); }
                else if (file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)) { File.Copy(file, target); }
            }

            File.Copy(typeof(Runtime.Hooks).Assembly.Location, System.IO.Path.Combine(_folder, "Ncsan.Runtime.dll"));
        }

        internal string Path => System.IO.Path.Combine(_folder, "Ncsan.Locks.RealCode.dll");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
