using System.Runtime.InteropServices;
using System.Text;

namespace Ncsan.Cli.Running;

/// <summary>A null-terminated array of UTF-8 strings, in one block of native memory.</summary>
internal readonly unsafe ref struct NativeStrings : IDisposable
{
    private readonly void* _block;

    public NativeStrings(string[] texts)
    {
        nuint size = (nuint)((texts.Length + 1) * sizeof(byte*));
        foreach (string text in texts) { size += (nuint)Encoding.UTF8.GetByteCount(text) + 1; }
        _block = NativeMemory.Alloc(size);
        byte* at = (byte*)(Array + texts.Length + 1);
        for (int i = 0; i < texts.Length; i++)
        {
            Array[i] = at;
            fixed (char* text = texts[i]) { at += Encoding.UTF8.GetBytes(text, texts[i].Length, at, int.MaxValue); }
            *at++ = 0;
        }

        Array[texts.Length] = null;
    }

    public byte** Array => (byte**)_block;

    public void Dispose() => NativeMemory.Free(_block);
}
