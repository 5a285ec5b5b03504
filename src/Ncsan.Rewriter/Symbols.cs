using System.Reflection.PortableExecutable;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter;

/// <summary>Which symbols an assembly has. Portable ones, in a file or embedded, are kept exact; native ones are Windows' own and are dropped.</summary>
internal static class Symbols
{
    internal static (ISymbolReaderProvider? Reader, ISymbolWriterProvider? Writer) For(string input)
    {
        using var image = File.OpenRead(input);
        using var pe = new PEReader(image);
        if (pe.ReadDebugDirectory().Any(d => d.Type == DebugDirectoryEntryType.EmbeddedPortablePdb))
        {
            return (new EmbeddedPortablePdbReaderProvider(), new EmbeddedWriterProvider());
        }

        string pdb = Path.ChangeExtension(input, ".pdb");
        return File.Exists(pdb) && IsPortable(pdb) ? (new PortablePdbReaderProvider(), new PortablePdbWriterProvider()) : (null, null);
    }

    private static bool IsPortable(string pdb)
    {
        using var stream = File.OpenRead(pdb);
        Span<byte> magic = stackalloc byte[4];
        return stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("BSJB"u8);
    }

    /// <summary>The library's own wants the name of a file, though it writes none; an image in memory has no name.</summary>
    private sealed class EmbeddedWriterProvider : ISymbolWriterProvider
    {
        private readonly EmbeddedPortablePdbWriterProvider _inner = new();

        public ISymbolWriter GetSymbolWriter(ModuleDefinition module, string fileName) => _inner.GetSymbolWriter(module, module.Name);

        public ISymbolWriter GetSymbolWriter(ModuleDefinition module, Stream symbolStream) => _inner.GetSymbolWriter(module, symbolStream);
    }
}
