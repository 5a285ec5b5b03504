using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Subject;

/// <summary>A field with the hooks that the rewriter would have put before its accesses.</summary>
internal sealed class Counter
{
    private int _value;

    internal int Value => _value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Write(int site)
    {
        Hooks.Write4(ref Unsafe.As<int, byte>(ref _value), site);
        _value++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Read(int site)
    {
        Hooks.Read4(ref Unsafe.As<int, byte>(ref _value), site);
        return _value;
    }
}
