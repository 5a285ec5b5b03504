using System.Buffers.Binary;
using System.Text;

namespace Ncsan.Contracts.Elf.Reading;

/// <summary>The kernel's compact type information, read for one purpose: which member of which struct is at an offset of a variable.</summary>
internal sealed class Btf
{
    private const int Struct = 4, Union = 5, Array = 3, Typedef = 8, Volatile = 9, Const = 10, Restrict = 11, Variable = 14, TypeTag = 18, DeepestNesting = 16;

    private readonly byte[] _types;
    private readonly byte[] _strings;
    private readonly List<int> _offsets = [-1];
    private readonly Dictionary<string, int> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _structs = new(StringComparer.Ordinal);

    private Btf(byte[] types, byte[] strings)
    {
        (_types, _strings) = (types, strings);
        for (int at = 0; at + 12 <= types.Length;)
        {
            _offsets.Add(at);
            uint info = U32(at + 4);
            int kind = Kind(info), count = (int)(info & 0xffff);
            if (kind == Variable) { _variables.TryAdd(Text(U32(at)), _offsets.Count - 1); }
            if (kind is Struct or Union) { _structs.TryAdd(Text(U32(at)), _offsets.Count - 1); }
            int extra = kind switch
            {
                1 => 4, Array => 12, Struct or Union => 12 * count, 6 => 8 * count, 13 => 8 * count, Variable => 4, 15 => 12 * count, 17 => 4, 19 => 12 * count, _ => 0,
            };
            at += 12 + extra;
        }
    }

    /// <summary>The BTF of <paramref name="path"/> (an ELF file with a <c>.BTF</c> section, or raw BTF), or of the file itself; null without any.</summary>
    internal static Btf? For(ElfFile file, string? path)
    {
        if (path is null) { return file.Find(".BTF") is { } own ? Parse(file.BytesOf(own)) : null; }
        using ElfImage image = ElfImage.Map(path);
        ReadOnlySpan<byte> bytes = image.Slice(0, (ulong)image.Length);
        if (!Formats.IsElf(bytes[..Math.Min(4, bytes.Length)])) { return Parse(bytes) ?? throw new ElfException("NCS2306", $"{path} holds no BTF."); }
        using ElfFile other = ElfFile.Open(path);
        return (other.Find(".BTF") is { } section ? Parse(other.BytesOf(section)) : null) ?? throw new ElfException("NCS2306", $"{path} has no .BTF section.");
    }

    /// <summary>The path of the member at an offset of a variable, or of <paramref name="typeName"/> where BTF does not list the variable (the kernel's lists per-CPU ones alone).</summary>
    internal string? Member(string variable, string typeName, long offset)
    {
        int type = _variables.TryGetValue(variable, out int id) && Row(id) is >= 0 and int at ? (int)U32(at + 8) : _structs.GetValueOrDefault(typeName, -1);
        return type <= 0 ? null : MemberOf(type, offset, 0);
    }

    private static Btf? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 24 || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != 0xeb9f) { return null; }
        uint header = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        ulong types = header + (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), typesLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        ulong strings = header + (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]), stringsLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        if (types + typesLength > (ulong)bytes.Length || strings + stringsLength > (ulong)bytes.Length) { return null; }
        return new Btf(bytes.Slice((int)types, (int)typesLength).ToArray(), bytes.Slice((int)strings, (int)stringsLength).ToArray());
    }

    private string? MemberOf(int type, long offset, int depth)
    {
        int at = Row(type);
        if (at < 0 || depth > DeepestNesting) { return null; }
        uint info = U32(at + 4);
        switch (Kind(info))
        {
            case Typedef or Volatile or Const or Restrict or TypeTag:
                return MemberOf((int)U32(at + 8), offset, depth + 1);
            case Array:
                long size = SizeOf((int)U32(at + 12), 0);
                if (size <= 0) { return null; }
                string? inner = MemberOf((int)U32(at + 12), offset % size, depth + 1);
                return $"[{offset / size}]{(string.IsNullOrEmpty(inner) ? "" : "." + inner)}";
            case Struct or Union:
                return InStruct(at, info, offset, depth);
            default:
                return offset == 0 ? "" : null;
        }
    }

    private string? InStruct(int at, uint info, long offset, int depth)
    {
        bool bitfields = info >> 31 != 0;
        int found = -1;
        long start = -1;
        for (int i = 0; i < (int)(info & 0xffff); i++)
        {
            int member = at + 12 + (12 * i);
            if (member + 12 > _types.Length) { return null; }
            long bits = bitfields ? U32(member + 8) & 0xffffff : U32(member + 8);
            if (bits / 8 <= offset && bits / 8 > start) { (found, start) = (member, bits / 8); }
        }

        if (found < 0) { return null; }
        string name = Text(U32(found));
        string? inner = MemberOf((int)U32(found + 4), offset - start, depth + 1);
        if (inner is null) { return null; }
        if (depth > 0 && (info & 0xffff) == 1) { return inner; } // a struct around one member is that member
        return name.Length == 0 ? inner : inner.Length == 0 ? name : inner[0] == '[' ? name + inner : $"{name}.{inner}";
    }

    private long SizeOf(int type, int depth)
    {
        int at = Row(type);
        if (at < 0 || depth > DeepestNesting) { return 0; }
        return Kind(U32(at + 4)) switch
        {
            2 => 8,
            Typedef or Volatile or Const or Restrict or TypeTag => SizeOf((int)U32(at + 8), depth + 1),
            Array => SizeOf((int)U32(at + 12), depth + 1) * U32(at + 20),
            _ => U32(at + 8),
        };
    }

    private int Row(int type) => type > 0 && type < _offsets.Count ? _offsets[type] : -1;

    private static int Kind(uint info) => (int)(info >> 24) & 31;

    private uint U32(int at) => at >= 0 && at + 4 <= _types.Length ? BinaryPrimitives.ReadUInt32LittleEndian(_types.AsSpan(at)) : 0;

    private string Text(uint offset)
    {
        if (offset >= _strings.Length) { return ""; }
        ReadOnlySpan<byte> rest = _strings.AsSpan((int)offset);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
