using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Framework;

/// <summary>
/// What an instrumented framework calls. This type is a pattern: the builder of the framework copies it, as it is compiled, into
/// System.Private.CoreLib, and there the copy lives; nobody calls the one in this assembly.
/// </summary>
/// <remarks>
/// The framework runs long before this runtime is loaded, so the copy holds pointers that are null until <see cref="Publish"/>, and the framework's
/// own word of <see cref="Hooks.State"/>. It has no static constructor, no thread static, no allocation, and names only what the JIT expands in place, so
/// that none of it can lead into instrumented code; the verifier proves that for every build. A hook has the name and the signature that it has in
/// <see cref="Hooks"/>, so that the rewriter's passes need not know which of the two they call.
/// </remarks>
#pragma warning disable CS8500 // sizeof of a type that may hold references: the size is all that is asked for
public static unsafe partial class HookHome
{
    /// <summary>Zero while the framework runs its clean copies.</summary>
    public static int State;

    private static nint s_check, s_struct, s_range, s_array, s_arrayBytes;

    /// <summary>Connects the framework with the runtime. Once, when everything behind the pointers is compiled and initialised.</summary>
    /// <returns>The address of <see cref="State"/>, which does not move.</returns>
    public static nint Publish(nint check, nint ofStruct, nint range, nint array, nint arrayBytes)
    {
        s_struct = ofStruct;
        s_range = range;
        s_array = array;
        s_arrayBytes = arrayBytes;
        s_check = check;
        fixed (int* state = &State) { return (nint)state; }
    }

    /// <inheritdoc cref="Hooks.Read1"/>
    public static void Read1(ref byte location, int site) => Check(ref location, 1, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.Read2"/>
    public static void Read2(ref byte location, int site) => Check(ref location, 2, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.Read4"/>
    public static void Read4(ref byte location, int site) => Check(ref location, 4, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.Read8"/>
    public static void Read8(ref byte location, int site) => Check(ref location, 8, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.ReadRef"/>
    public static void ReadRef(ref byte location, int site) => Check(ref location, 8, (int)(AccessKind.Read | AccessKind.Reference), site);

    /// <inheritdoc cref="Hooks.Write1"/>
    public static void Write1(ref byte location, int site) => Check(ref location, 1, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.Write2"/>
    public static void Write2(ref byte location, int site) => Check(ref location, 2, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.Write4"/>
    public static void Write4(ref byte location, int site) => Check(ref location, 4, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.Write8"/>
    public static void Write8(ref byte location, int site) => Check(ref location, 8, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.WriteRef"/>
    public static void WriteRef(ref byte location, int site) => Check(ref location, 8, (int)(AccessKind.Write | AccessKind.Reference), site);

    /// <inheritdoc cref="Hooks.ReadMarked"/>
    public static void ReadMarked(ref byte location, int size, int site) => Check(ref location, size, (int)(AccessKind.Read | AccessKind.Marked), site);

    /// <inheritdoc cref="Hooks.WriteMarked"/>
    public static void WriteMarked(ref byte location, int size, int site) => Check(ref location, size, (int)(AccessKind.Write | AccessKind.Marked), site);

    /// <inheritdoc cref="Hooks.ReadWriteMarked"/>
    public static void ReadWriteMarked(ref byte location, int size, int site) => Check(ref location, size, (int)(AccessKind.Write | AccessKind.Compound | AccessKind.Marked), site);

    /// <inheritdoc cref="Hooks.ReadValue"/>
    public static void ReadValue<T>(ref T location, int site) => CheckValue(ref location, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.WriteValue"/>
    public static void WriteValue<T>(ref T location, int site) => CheckValue(ref location, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.ReadRange"/>
    public static void ReadRange(ref byte location, nuint size, int site) => CheckRange(ref location, size, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.WriteRange"/>
    public static void WriteRange(ref byte location, nuint size, int site) => CheckRange(ref location, size, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.ReadSpan"/>
    public static void ReadSpan<T>(ReadOnlySpan<T> span, int site) => CheckElements(span, span.Length, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.WriteSpan"/>
    public static void WriteSpan<T>(ReadOnlySpan<T> span, int site) => CheckElements(span, span.Length, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.ReadSpanStart"/>
    public static void ReadSpanStart<T>(ReadOnlySpan<T> span, int length, int site) => CheckElements(span, length, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.WriteSpanStart"/>
    public static void WriteSpanStart<T>(ReadOnlySpan<T> span, int length, int site) => CheckElements(span, length, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.ReadArray"/>
    public static void ReadArray(Array? array, int index, int length, int site) => CheckArray(s_array, array, index, length, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.WriteArray"/>
    public static void WriteArray(Array? array, int index, int length, int site) => CheckArray(s_array, array, index, length, (int)AccessKind.Write, site);

    /// <inheritdoc cref="Hooks.ReadArrayBytes"/>
    public static void ReadArrayBytes(Array? array, int offset, int count, int site) => CheckArray(s_arrayBytes, array, offset, count, (int)AccessKind.Read, site);

    /// <inheritdoc cref="Hooks.WriteArrayBytes"/>
    public static void WriteArrayBytes(Array? array, int offset, int count, int site) => CheckArray(s_arrayBytes, array, offset, count, (int)AccessKind.Write, site);

    private static void Check(ref byte location, int size, int kind, int site)
    {
        nint check = s_check;
        if (check != 0) { ((delegate*<ref byte, int, int, int, void>)check)(ref location, size, kind, site); }
    }

    private static void CheckValue<T>(ref T location, int kind, int site)
    {
        if (!typeof(T).IsValueType) { Check(ref Unsafe.As<T, byte>(ref location), 8, kind | (int)AccessKind.Reference, site); }
        else if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>()) { Check(ref Unsafe.As<T, byte>(ref location), sizeof(T), kind, site); }
        else
        {
            nint check = s_struct;
            if (check != 0) { ((delegate*<ref byte, int, nint, int, int, void>)check)(ref Unsafe.As<T, byte>(ref location), sizeof(T), typeof(T).TypeHandle.Value, kind, site); }
        }
    }

    private static void CheckRange(ref byte location, nuint size, int kind, int site)
    {
        nint check = s_range;
        if (check != 0) { ((delegate*<ref byte, nuint, int, int, void>)check)(ref location, size, kind, site); }
    }

    private static void CheckElements<T>(ReadOnlySpan<T> span, int length, int kind, int site)
    {
        if (length <= 0 || length > span.Length) { return; }
        ref T first = ref MemoryMarshal.GetReference(span);
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            CheckRange(ref Unsafe.As<T, byte>(ref first), (nuint)(uint)length * (nuint)sizeof(T), kind, site);
            return;
        }

        // References are compared one by one; the two ends stand for the run, since what looks at each needs more of the runtime than there is here.
        CheckValue(ref first, kind, site);
        if (length > 1) { CheckValue(ref Unsafe.Add(ref first, length - 1), kind, site); }
    }

    private static void CheckArray(nint check, Array? array, int index, int length, int kind, int site)
    {
        if (check != 0) { ((delegate*<Array?, int, int, int, int, void>)check)(array, index, length, kind, site); }
    }
}
