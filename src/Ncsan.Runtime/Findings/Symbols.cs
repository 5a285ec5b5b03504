using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Ncsan.Runtime.Findings;

/// <summary>Source lines from portable PDBs, beside the assembly or embedded in it. For the reporter thread only.</summary>
internal static class Symbols
{
    private static readonly Dictionary<string, MetadataReader?> s_readers = new(StringComparer.Ordinal);

    internal static (string? File, int Line) Find(MethodBase method, int offset)
    {
        try
        {
            string path = method.Module.FullyQualifiedName;
            if (!s_readers.TryGetValue(path, out MetadataReader? reader)) { s_readers.Add(path, reader = Open(path)); }
            return reader is null ? default : Find(reader, method.MetadataToken, offset);
        }
        catch (Exception fault) when (fault is IOException or BadImageFormatException or InvalidOperationException or NotSupportedException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private static (string? File, int Line) Find(MetadataReader reader, int token, int offset)
    {
        var handle = ((MethodDefinitionHandle)MetadataTokens.EntityHandle(token)).ToDebugInformationHandle();
        if (MetadataTokens.GetRowNumber(handle) > reader.GetTableRowCount(TableIndex.MethodDebugInformation)) { return default; }
        SequencePoint? found = null;
        foreach (SequencePoint point in reader.GetMethodDebugInformation(handle).GetSequencePoints())
        {
            if (point.IsHidden) { continue; }
            if (found is not null && point.Offset > offset) { break; }
            found = point;
        }

        return found is { } p ? (reader.GetString(reader.GetDocument(p.Document).Name), p.StartLine) : default;
    }

    private static MetadataReader? Open(string path)
    {
        if (!File.Exists(path)) { return null; }
        using var image = new PEReader(File.OpenRead(path));
        return image.TryOpenAssociatedPortablePdb(path, static p => File.Exists(p) ? new MemoryStream(File.ReadAllBytes(p)) : null, out MetadataReaderProvider? provider, out _)
            ? provider?.GetMetadataReader() : null;
    }
}
