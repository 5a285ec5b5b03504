using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Ncsan.Contracts.Il.Bounds;

/// <summary>Holds the counts in signatures (ECMA-335 II.23.2) against the bytes that follow, and the types that they stand for against a limit.</summary>
internal sealed class SignatureBounds
{
    /// <summary>Types within types. Cecil and the names of types go down by recursion.</summary>
    private const int DepthLimit = 256;

    /// <summary>Types that one signature stands for, with the type specifications that it names written out.</summary>
    private const int TypeLimit = 1 << 16;

    /// <summary>What the runtime allows (ECMA-335 leaves it open).</summary>
    private const int RankLimit = 32;

    private readonly MetadataReader _reader;
    private readonly Dictionary<int, (int Types, int Depth)> _specifications = [];
    private long _parametersLeft;
    private int _types;
    private int _deepest;

    // A reader makes a generic parameter with all that come before it. Whoever names the fifth has bytes for more than that; all of them together are
    // never more than the file is long, and a small file may name some that it does not fill.
    internal SignatureBounds(MetadataReader reader, long length)
    {
        _reader = reader;
        _parametersLeft = length + 4096;
    }

    /// <summary>A signature of a member, of locals or of a generic method's arguments.</summary>
    internal void Check(BlobHandle handle)
    {
        _types = _deepest = 0;
        BlobReader blob = _reader.GetBlobReader(handle);
        switch (blob.ReadSignatureHeader().Kind)
        {
            case SignatureKind.Field:
                ReadType(ref blob, 0);
                break;
            case SignatureKind.LocalVariables or SignatureKind.MethodSpecification:
                blob.Offset = 1;
                ReadTypes(ref blob, ReadCount(ref blob), 0);
                break;
            default:
                blob.Offset = 0;
                ReadMethod(ref blob, 0);
                break;
        }
    }

    /// <summary>A type specification, with all that it is made of.</summary>
    internal (int Types, int Depth) CheckType(TypeSpecificationHandle handle)
    {
        int row = MetadataTokens.GetRowNumber(handle);
        if (_specifications.TryGetValue(row, out var known)) { return known.Types < 0 ? throw new DamagedMetadataException("a type is made of itself") : known; }
        _specifications.Add(row, (-1, 0));
        (int typesBefore, int deepestBefore) = (_types, _deepest);
        _types = _deepest = 0;
        BlobReader blob = _reader.GetBlobReader(_reader.GetTypeSpecification(handle).Signature);
        ReadType(ref blob, 0);
        known = (_types, _deepest);
        (_types, _deepest) = (typesBefore, deepestBefore);
        return _specifications[row] = known;
    }

    private void ReadMethod(ref BlobReader blob, int depth)
    {
        SignatureHeader header = blob.ReadSignatureHeader();
        if (header.IsGeneric) { TakeParameters(blob.ReadCompressedInteger()); }
        int count = ReadCount(ref blob);
        ReadTypes(ref blob, count + 1, depth);
    }

    private void ReadTypes(ref BlobReader blob, int count, int depth)
    {
        for (int i = 0; i < count; i++) { ReadType(ref blob, depth); }
    }

    // Each of what is counted takes a byte at least.
    private static int ReadCount(ref BlobReader blob)
    {
        int count = blob.ReadCompressedInteger();
        return count <= blob.RemainingBytes ? count : throw new DamagedMetadataException("a signature counts more than it holds");
    }

    private void TakeParameters(int count)
    {
        _parametersLeft -= count;
        if (_parametersLeft < 0) { throw new DamagedMetadataException("its signatures name more generic parameters than the file can hold"); }
    }

    private void ReadType(ref BlobReader blob, int depth)
    {
        Grow(1, depth);
        int code = blob.ReadCompressedInteger();
        switch ((SignatureTypeCode)code)
        {
            case SignatureTypeCode.Pointer or SignatureTypeCode.ByReference or SignatureTypeCode.SZArray or SignatureTypeCode.Pinned or SignatureTypeCode.Sentinel:
                ReadType(ref blob, depth + 1);
                break;
            case SignatureTypeCode.RequiredModifier or SignatureTypeCode.OptionalModifier:
                ReadToken(ref blob, depth);
                ReadType(ref blob, depth + 1);
                break;
            case SignatureTypeCode.GenericTypeParameter or SignatureTypeCode.GenericMethodParameter:
                TakeParameters(blob.ReadCompressedInteger() + 1);
                break;
            case SignatureTypeCode.GenericTypeInstance:
                blob.ReadByte();
                ReadToken(ref blob, depth);
                int arity = ReadCount(ref blob);
                TakeParameters(arity);
                ReadTypes(ref blob, arity, depth + 1);
                break;
            case SignatureTypeCode.Array:
                ReadType(ref blob, depth + 1);
                if (blob.ReadCompressedInteger() > RankLimit) { throw new DamagedMetadataException("an array has more dimensions than the runtime allows"); }
                for (int i = ReadCount(ref blob); i > 0; i--) { blob.ReadCompressedInteger(); }
                for (int i = ReadCount(ref blob); i > 0; i--) { blob.ReadCompressedSignedInteger(); }
                break;
            case SignatureTypeCode.FunctionPointer:
                ReadMethod(ref blob, depth + 1);
                break;
            default:
                if (code is (int)SignatureTypeKind.Class or (int)SignatureTypeKind.ValueType) { ReadToken(ref blob, depth); }
                break;
        }
    }

    private void ReadToken(ref BlobReader blob, int depth)
    {
        EntityHandle type = blob.ReadTypeHandle();
        if (type.IsNil || type.Kind != HandleKind.TypeSpecification) { return; }
        if (MetadataTokens.GetRowNumber(type) > _reader.GetTableRowCount(TableIndex.TypeSpec)) { throw new DamagedMetadataException("a signature names a type that is not there"); }
        (int types, int below) = CheckType((TypeSpecificationHandle)type);
        Grow(types, depth + below);
    }

    private void Grow(int types, int depth)
    {
        _types += types;
        _deepest = Math.Max(_deepest, depth);
        if (_types > TypeLimit || depth > DepthLimit) { throw new DamagedMetadataException("a signature is nested deeper than can be followed"); }
    }
}
