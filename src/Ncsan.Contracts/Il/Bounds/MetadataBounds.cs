using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Ncsan.Contracts.Il.Bounds;

/// <summary>
/// What is believed of a file before Cecil reads it. Cecil makes what a file announces (parameters, generic parameters, dimensions, rows) before it looks
/// whether the file has it: four damaged bytes cost gigabytes. Here every count is held against the bytes that it speaks of, with the runtime's own reader.
/// What cannot be read by type or member refuses the file; a body that cannot be read is a hole and is listed.
/// </summary>
internal sealed class MetadataBounds
{
    // Nothing that a compiler makes comes near; each level is a frame of Cecil's stack.
    private const int DepthLimit = 256;

    private readonly PEReader _file;
    private readonly MetadataReader _reader;
    private readonly SignatureBounds _signatures;
    private readonly HashSet<int> _damagedBodies = [];

    private MetadataBounds(PEReader file, long length)
    {
        _file = file;
        _reader = file.GetMetadataReader();
        _signatures = new SignatureBounds(_reader, length);
    }

    /// <summary>Reads the file from end to end and gives the tokens of the methods whose bodies must not be asked for.</summary>
    /// <exception cref="BadImageFormatException">The file is no assembly; where it is a <see cref="DamagedMetadataException"/>, one that contradicts itself.</exception>
    internal static IReadOnlySet<int> Check(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var file = new PEReader(stream);
        if (!file.HasMetadata) { throw new BadImageFormatException("no metadata"); }
        var bounds = new MetadataBounds(file, stream.Length);
        try
        {
            bounds.CheckStreams();
            bounds.CheckDebugDirectory(stream.Length);
            bounds.CheckLists();
            bounds.CheckNesting();
            bounds.CheckSignatures();
            bounds.CheckBodies();
        }
        catch (Exception fault) when (fault is not DamagedMetadataException && IlWorld.IsBadImage(fault))
        {
            throw new DamagedMetadataException(fault.Message.ReplaceLineEndings(" ").Trim());
        }

        return bounds._damagedBodies;
    }

    // Both readers pass over a stream that they do not know; only one of them reads it nevertheless, as large as it says it is.
    private void CheckStreams()
    {
        const int NameLimit = 16;
        PEMemoryBlock metadata = _file.GetMetadata();
        BlobReader root = metadata.GetReader();
        root.Offset = 12;
        int version = root.ReadInt32();
        root.Offset += version + 2;
        int count = root.ReadUInt16();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            uint offset = root.ReadUInt32(), size = root.ReadUInt32();
            if (offset > metadata.Length || size > metadata.Length - offset) { throw new DamagedMetadataException("a stream is larger than the metadata that it is in"); }
            int length = root.IndexOf(0);
            if (length is < 0 or >= NameLimit || !names.Add(root.ReadUTF8(length))) { throw new DamagedMetadataException("a stream has no name of its own"); }
            root.Offset += ((length + 4) & ~3) - length;
        }
    }

    private void CheckDebugDirectory(long length)
    {
        const int EntrySize = 28, SizeAt = 16, PointerAt = 24;
        if (_file.PEHeaders.PEHeader is not { DebugTableDirectory: { Size: not 0 } directory }) { return; }
        PEMemoryBlock section = _file.GetSectionData(directory.RelativeVirtualAddress);
        if ((uint)directory.Size > section.Length) { throw new DamagedMetadataException("its debug directory is larger than the section that it is in"); }
        long total = 0;
        for (int at = 0; at + EntrySize <= directory.Size; at += EntrySize)
        {
            int size = section.GetReader(at + SizeAt, sizeof(int)).ReadInt32();
            if (size > 0 && section.GetReader(at + PointerAt, sizeof(int)).ReadInt32() != 0) { total += size; }
        }

        if (total > length) { throw new DamagedMetadataException("its debug entries are larger than the file"); }
    }

    // A list of members ends where that of the next type begins: lists that run backwards have billions of members.
    private void CheckLists()
    {
        int fields = 0, methods = 0, parameters = 0;
        foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions)
        {
            TypeDefinition type = _reader.GetTypeDefinition(handle);
            Count(ref fields, type.GetFields().Count, TableIndex.Field);
            Count(ref methods, type.GetMethods().Count, TableIndex.MethodDef);
        }

        foreach (MethodDefinitionHandle handle in _reader.MethodDefinitions) { Count(ref parameters, _reader.GetMethodDefinition(handle).GetParameters().Count, TableIndex.Param); }
        CheckMap(TableIndex.PropertyMap, TableIndex.Property);
        CheckMap(TableIndex.EventMap, TableIndex.Event);
    }

    private void Count(ref int sum, int count, TableIndex table)
    {
        int rows = _reader.GetTableRowCount(table);
        if (count < 0 || count > rows || (sum += count) > rows) { throw new DamagedMetadataException($"its list of {table} rows runs backwards"); }
    }

    private void CheckMap(TableIndex map, TableIndex members)
    {
        int rows = _reader.GetTableRowCount(map), size = _reader.GetTableRowSize(map), last = _reader.GetTableRowCount(members) + 1;
        int parentSize = _reader.GetTableRowCount(TableIndex.TypeDef) > ushort.MaxValue ? 4 : 2;
        BlobReader table = _file.GetMetadata().GetReader(_reader.GetTableMetadataOffset(map), rows * size);
        uint before = 1;
        for (int i = 0; i < rows; i++)
        {
            table.Offset = (i * size) + parentSize;
            uint start = size - parentSize == 2 ? table.ReadUInt16() : table.ReadUInt32();
            if (start < before || start > last) { throw new DamagedMetadataException($"its list of {members} rows runs backwards"); }
            before = start;
        }
    }

    private void CheckNesting()
    {
        foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions)
        {
            int depth = 0;
            for (TypeDefinitionHandle at = handle; !at.IsNil; at = _reader.GetTypeDefinition(at).GetDeclaringType()) { Deeper(ref depth); }
        }

        foreach (TypeReferenceHandle handle in _reader.TypeReferences)
        {
            int depth = 0;
            for (EntityHandle at = handle; !at.IsNil && at.Kind == HandleKind.TypeReference; at = _reader.GetTypeReference((TypeReferenceHandle)at).ResolutionScope) { Deeper(ref depth); }
        }
    }

    private static void Deeper(ref int depth)
    {
        if (++depth > DepthLimit) { throw new DamagedMetadataException("a type is nested in itself"); }
    }

    private void CheckSignatures()
    {
        for (int row = 1; row <= _reader.GetTableRowCount(TableIndex.TypeSpec); row++) { _signatures.CheckType(MetadataTokens.TypeSpecificationHandle(row)); }
        foreach (MethodDefinitionHandle handle in _reader.MethodDefinitions) { _signatures.Check(_reader.GetMethodDefinition(handle).Signature); }
        foreach (FieldDefinitionHandle handle in _reader.FieldDefinitions) { _signatures.Check(_reader.GetFieldDefinition(handle).Signature); }
        foreach (PropertyDefinitionHandle handle in _reader.PropertyDefinitions) { _signatures.Check(_reader.GetPropertyDefinition(handle).Signature); }
        foreach (MemberReferenceHandle handle in _reader.MemberReferences) { _signatures.Check(_reader.GetMemberReference(handle).Signature); }
        for (int row = 1; row <= _reader.GetTableRowCount(TableIndex.StandAloneSig); row++) { _signatures.Check(_reader.GetStandaloneSignature(MetadataTokens.StandaloneSignatureHandle(row)).Signature); }
        for (int row = 1; row <= _reader.GetTableRowCount(TableIndex.MethodSpec); row++) { _signatures.Check(_reader.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(row)).Signature); }
    }

    private void CheckBodies()
    {
        foreach (MethodDefinitionHandle handle in _reader.MethodDefinitions)
        {
            MethodDefinition method = _reader.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0 || (method.ImplAttributes & System.Reflection.MethodImplAttributes.CodeTypeMask) != 0) { continue; }
            bool readable;
            try
            {
                readable = IsReadable(_file.GetMethodBody(method.RelativeVirtualAddress).GetILReader());
            }
            catch (Exception fault) when (fault is BadImageFormatException or ArgumentException or OverflowException) { readable = false; }
            if (!readable) { _damagedBodies.Add(MetadataTokens.GetToken(handle)); }
        }
    }

    private bool IsReadable(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            ushort value = code.ReadByte();
            if (value == 0xFE) { value = (ushort)(0xFE00 | code.ReadByte()); }
            int operand = IlOperands.SizeOf(value);
            if (operand == IlOperands.Unknown) { return false; }
            if (operand == IlOperands.Switch)
            {
                uint targets = code.ReadUInt32();
                if (targets > code.RemainingBytes / 4) { return false; }
                operand = (int)targets * 4;
            }
            else if (value == IlOperands.LoadString)
            {
                if (!IsText(code.ReadInt32())) { return false; }
                continue;
            }

            code.Offset += operand;
        }

        return true;
    }

    private bool IsText(int token)
    {
        int at = token & 0xFFFFFF, size = _reader.GetHeapSize(HeapIndex.UserString);
        if (at >= size) { return false; }
        BlobReader text = _file.GetMetadata().GetReader(_reader.GetHeapMetadataOffset(HeapIndex.UserString) + at, size - at);
        return text.TryReadCompressedInteger(out int length) && length <= text.RemainingBytes;
    }
}

/// <summary>An assembly by its head, whose metadata speaks of what the file cannot hold.</summary>
internal sealed class DamagedMetadataException(string message) : BadImageFormatException(message);
