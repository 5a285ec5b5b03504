using Ncsan.Rewriter;

namespace Ncsan.Corpus.Tests;

/// <summary>The corpus, rewritten once a test run into a folder of its own, with the runtime beside it.</summary>
internal static class InstrumentedCorpus
{
    private static readonly Lazy<string> s_dll = new(Make);

    /// <summary>The rewritten program.</summary>
    internal static string Dll => s_dll.Value;

    /// <summary>A folder for the files of this test run.</summary>
    internal static string Folder { get; } = ScratchFolder.Make("corpus");

    private static string Make()
    {
        // Without a deps.json the host takes every assembly of the folder, so the runtime needs no entry anywhere.
        string source = AppContext.BaseDirectory;
        foreach (string name in new[] { "Ncsan.Corpus.runtimeconfig.json", "Ncsan.Annotations.dll", "Ncsan.Runtime.dll", "Ncsan.Runtime.pdb" })
        {
            File.Copy(Path.Combine(source, name), Path.Combine(Folder, name));
        }

        string output = Path.Combine(Folder, "Ncsan.Corpus.dll");
        RewriteResult result = AssemblyRewriter.Rewrite(Path.Combine(source, "Ncsan.Corpus.dll"), output);
        Assert.True(result.Status == RewriteStatus.Instrumented, result.Reason);
        return output;
    }
}
