using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ncsan.Contracts.Elf.Reading;

/// <summary>
/// The bytes of a file, mapped. Every read goes through <see cref="Slice"/>, which checks its bounds, so that no number in a hostile file
/// can lead outside of it.
/// </summary>
internal sealed unsafe class ElfImage : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _pinned;
    private byte* _start;

    private ElfImage(string path)
    {
        Length = new FileInfo(path).Length;
        if (Length == 0) { return; }
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    private ElfImage(byte[] bytes)
    {
        Length = bytes.Length;
        _pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(_pinned, 0);
        _start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pinned));
    }

    /// <summary>The size of the file.</summary>
    internal long Length { get; }

    /// <summary>Maps a file.</summary>
    internal static ElfImage Map(string path) => new(path);

    /// <summary>Copies bytes that are in memory already.</summary>
    internal static ElfImage Of(byte[] bytes) => new(bytes);

    /// <summary>Whether the range lies inside the file.</summary>
    internal bool Holds(ulong offset, ulong length) => offset <= (ulong)Length && length <= (ulong)Length - offset && length <= int.MaxValue;

    /// <summary>The bytes of a range, or nothing if it is not wholly inside the file.</summary>
    internal ReadOnlySpan<byte> Slice(ulong offset, ulong length) => Holds(offset, length) ? new ReadOnlySpan<byte>(_start + offset, (int)length) : default;

    /// <summary>The address of a range that <see cref="Holds"/> accepted.</summary>
    internal byte* Pointer(ulong offset) => _start + offset;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view is not null && _start is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _start = null;
        _file?.Dispose();
    }
}
