using System.Buffers.Binary;

namespace Ncsan.Contracts.Elf.Reading;

/// <summary>Tells what a file is, and says in a sentence why it cannot be verified when it is something else than x86-64 ELF.</summary>
internal static class Formats
{
    private const int HeaderSize = 64;

    /// <summary>Whether a file starts like an ELF file.</summary>
    internal static bool IsElf(ReadOnlySpan<byte> start) => start.StartsWith("\x7f"u8) && start.Length >= 4 && start[1..4].SequenceEqual("ELF"u8);

    /// <summary>The header of an x86-64 ELF64 file.</summary>
    /// <exception cref="ElfException">It is something else.</exception>
    internal static ReadOnlySpan<byte> Check(string path, ElfImage image)
    {
        ReadOnlySpan<byte> start = image.Slice(0, (ulong)Math.Min(image.Length, HeaderSize));
        if (start.Length < 4) { throw new ElfException("NCS2301", $"{path} is too short to be an object file ({image.Length} bytes)."); }
        if (!IsElf(start)) { throw new ElfException("NCS2301", $"{path} is {Describe(start)}; `ncsan verify` reads managed assemblies and x86-64 ELF files."); }
        if (start.Length < HeaderSize) { throw new ElfException("NCS2302", $"{path} is truncated: an ELF header takes {HeaderSize} bytes and the file has {start.Length}."); }
        if (start[4] != 2) { throw new ElfException("NCS2303", $"{path} is a 32-bit ELF file; only x86-64 is verified."); }
        if (start[5] != 1) { throw new ElfException("NCS2303", $"{path} is a big-endian ELF file; only x86-64 is verified."); }
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(start[18..]);
        if (machine != 62) { throw new ElfException("NCS2303", $"{path} is an ELF file for {Machine(machine)}; only x86-64 is verified."); }
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(start[16..]);
        if (type is 0 or > 3) { throw new ElfException("NCS2303", $"{path} is {(type == 4 ? "a core dump" : $"an ELF file of type {type}")}; objects, modules, executables and libraries are verified."); }
        return start;
    }

    private static string Describe(ReadOnlySpan<byte> start) => BinaryPrimitives.ReadUInt32BigEndian(start) switch
    {
        0xCAFEBABE or 0xCAFEBABF => "a fat Mach-O file with several architectures",
        0xFEEDFACE or 0xFEEDFACF or 0xCEFAEDFE or 0xCFFAEDFE => "a Mach-O file",
        0x213C6172 => "a static library; unpack it with `ar x` and verify its objects",
        0x213C7468 => "a thin static library, a list of objects: verify those, or link them with `ld -r`",
        0x4243C0DE or 0xDEC0170B => "LLVM bitcode (made with -flto)",
        0x0061736D => "a WebAssembly module",
        0x1F8B0800 => "gzip-compressed",
        var magic when magic >> 16 == 0x4D5A => "a Windows executable without managed code",
        var magic when magic >> 8 == 0xFD377A => "xz-compressed",
        var magic when magic == 0x28B52FFD => "zstd-compressed",
        _ => "not an object file",
    };

    private static string Machine(ushort machine) => machine switch
    {
        3 => "32-bit x86",
        8 => "MIPS",
        20 or 21 => "PowerPC",
        22 => "s390",
        40 => "32-bit ARM",
        183 => "AArch64",
        243 => "RISC-V",
        247 => "BPF",
        258 => "LoongArch",
        _ => $"machine {machine}",
    };
}
