using System.Reflection.PortableExecutable;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Framework;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter;

/// <summary>Rewrites one assembly: input and output are files, everything else is in the result.</summary>
public static class AssemblyRewriter
{
    private static readonly string s_marker = typeof(InstrumentedAttribute).FullName!;

    /// <summary>
    /// Writes an instrumented copy of <paramref name="inputDll"/> to <paramref name="outputDll"/>, with its PDB and its site table beside it.
    /// What cannot be instrumented is copied as it is, with a reason. Never throws for what an input or a disk may do.
    /// </summary>
    public static RewriteResult Rewrite(string inputDll, string outputDll, RewriteOptions? options = null)
    {
        if (!File.Exists(inputDll)) { return Failed("NCS2001", $"'{inputDll}' does not exist."); }
        try
        {
            if (Directory.Exists(outputDll)) { return Failed("NCS2003", $"'{outputDll}' is a folder; name a file to write."); }
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(outputDll))!);
            return WhyNotManaged(inputDll) is { } reason ? Copy(inputDll, outputDll, reason.Id, reason.Text) : RewriteManaged(inputDll, outputDll, options ?? new());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(IsFull(e) ? "NCS2006" : "NCS2003", $"'{outputDll}' cannot be written: {OneLine(e)}");
        }
    }

    private static RewriteResult RewriteManaged(string input, string output, RewriteOptions options)
    {
        string name = Path.GetFileName(input);
        byte[] image, table;
        byte[]? pdb;
        ModuleContext module;
        try
        {
            using var resolver = new FolderResolver(input, options.ReferenceFolders);
            using var assembly = Read(input, resolver, out ISymbolWriterProvider? symbols);
            if (assembly.CustomAttributes.Any(a => a.AttributeType.FullName == s_marker))
            {
                return new() { Status = RewriteStatus.AlreadyInstrumented, Id = "NCS2005", Reason = $"'{name}' is already instrumented; give the original assembly." };
            }

            if (HasSeveralModules(assembly)) { return Copy(input, output, "NCS1004", $"'{name}' has several modules, which the rewriter does not read."); }
            if (options.Framework is not null && assembly.Name.Name == typeof(object).Assembly.GetName().Name) { HookHomeInjection.Inject(assembly.MainModule); }
            module = new ModuleContext(assembly.MainModule, options.Framework) { Untested = options.Untested };
            if (module.IsNoInstrument(assembly)) { return Copy(input, output, "NCS1005", $"'{name}' is marked [NoInstrument]."); }
            (options.Framework is null ? new Pipeline() : Pipeline.ForFramework()).Run(module);
            if (options.Framework is { } framework && module.Sites.Count > framework.MaxSites) { return Failed("NCS9401", $"'{name}' has {module.Sites.Count} sites and room for {framework.MaxSites}"); }
            (image, pdb) = Write(assembly, symbols);
            using var stream = new MemoryStream();
            module.Sites.ToTable().Write(stream);
            table = stream.ToArray();
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            // Whatever an obfuscator or a broken disk made of the metadata: the program still has to run, so it gets its own bytes, and the result says so.
            return Copy(input, output, "NCS1003", $"'{name}' cannot be read as IL ({OneLine(e)}).");
        }

        // The image last: a folder that holds the image holds all of it.
        Replace(SiteTable.PathFor(output), table);
        Replace(Path.ChangeExtension(output, ".pdb"), pdb);
        Replace(output, image);
        return new()
        {
            Status = RewriteStatus.Instrumented,
            Sites = module.Sites.Count,
            Methods = module.MethodsInstrumented,
            Skipped = module.Skips,
            CleanMethods = module.CleanMethods,
        };
    }

    /// <summary>The other modules are files of their own, which the list of modules opens: one that is not there has to be no fault of ours.</summary>
    private static bool HasSeveralModules(AssemblyDefinition assembly)
    {
        try { return assembly.Modules.Count > 1; }
        catch (FileNotFoundException) { return true; }
    }

    private static AssemblyDefinition Read(string input, IAssemblyResolver resolver, out ISymbolWriterProvider? symbols)
    {
        var (reader, writer) = Symbols.For(input);
        symbols = writer;
        if (reader is not null)
        {
            try
            {
                return AssemblyDefinition.ReadAssembly(input, new(ReadingMode.Deferred) { AssemblyResolver = resolver, ReadSymbols = true, SymbolReaderProvider = reader, InMemory = true });
            }
            catch (Exception e) when (e is SymbolsNotMatchingException or SymbolsNotFoundException or BadImageFormatException or InvalidOperationException or ArgumentException)
            {
                symbols = null; // The symbols of another build: lines would be wrong, so there are none.
            }
        }

        return AssemblyDefinition.ReadAssembly(input, new(ReadingMode.Deferred) { AssemblyResolver = resolver, InMemory = true });
    }

    /// <summary>Into memory: a file's name would end up in the image, and the same input has to give the same bytes.</summary>
    private static (byte[] Image, byte[]? Pdb) Write(AssemblyDefinition assembly, ISymbolWriterProvider? symbols)
    {
        var main = assembly.MainModule;
        main.Attributes = (main.Attributes | ModuleAttributes.ILOnly) & ~(ModuleAttributes.StrongNameSigned | (ModuleAttributes)4 /* native code of ReadyToRun */);
        if (!Enum.IsDefined(main.Architecture)) { main.Architecture = TargetArchitecture.I386; }
        using var image = new MemoryStream();
        using var pdb = new MemoryStream();
        bool sideFile = symbols is PortablePdbWriterProvider;
        assembly.Write(image, new() { DeterministicMvid = true, WriteSymbols = symbols is not null, SymbolWriterProvider = symbols, SymbolStream = sideFile ? pdb : null });
        return (image.ToArray(), sideFile ? pdb.ToArray() : null);
    }

    /// <summary>Puts new content under a name, or nothing; never half of it.</summary>
    private static void Replace(string path, byte[]? content)
    {
        string temporary = path + ".ncsan-tmp";
        try
        {
            if (content is null) { File.Delete(path); return; }
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static (string Id, string Text)? WhyNotManaged(string input)
    {
        string name = Path.GetFileName(input);
        try
        {
            using var stream = File.OpenRead(input);
            using var pe = new PEReader(stream);
            if (pe.PEHeaders.CorHeader is not { } cor || !pe.HasMetadata) { return ("NCS1001", $"'{name}' is native code."); }
            bool readyToRun = cor.ManagedNativeHeaderDirectory.Size > 0;
            if ((cor.Flags & CorFlags.ILOnly) == 0 && !readyToRun) { return ("NCS1002", $"'{name}' mixes native and managed code."); }
            return null;
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException or OverflowException)
        {
            return ("NCS1001", $"'{name}' is not a .NET assembly, or is truncated.");
        }
    }

    private static RewriteResult Copy(string input, string output, string id, string reason)
    {
        if (Path.GetFullPath(input) != Path.GetFullPath(output))
        {
            File.Copy(input, output, overwrite: true);
            string pdb = Path.ChangeExtension(input, ".pdb");
            if (File.Exists(pdb)) { File.Copy(pdb, Path.ChangeExtension(output, ".pdb"), overwrite: true); }
        }

        return new() { Status = RewriteStatus.Copied, Id = id, Reason = reason };
    }

    private static RewriteResult Failed(string id, string reason) => new() { Status = RewriteStatus.Failed, Id = id, Reason = reason };

    private static bool IsFull(Exception e) => e is IOException && (OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 39 or 112 : e.HResult is 28 or 122);

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
