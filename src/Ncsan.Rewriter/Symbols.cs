using System.Reflection.PortableExecutable;
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
            return (new EmbeddedPortablePdbReaderProvider(), new EmbeddedPortablePdbWriterProvider());
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
}
