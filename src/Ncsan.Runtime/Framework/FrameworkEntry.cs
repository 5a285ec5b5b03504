using System.Runtime.CompilerServices;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Framework;

/// <summary>What the pointers of <see cref="HookHome"/> lead to. Any framework code may be the caller, so nothing here may call instrumented code outside of the guard.</summary>
internal static unsafe partial class FrameworkEntry
{
    internal static void Check(ref byte location, int size, int kind, int site) => Detector.Check(ref location, size, (AccessKind)kind, site);

    internal static void CheckStruct(ref byte location, int size, nint type, int kind, int site) => Detector.CheckStruct(ref location, size, type, (AccessKind)kind, site);

    internal static void CheckRange(ref byte location, nuint size, int kind, int site) => Detector.CheckRange(ref location, size, (AccessKind)kind, site);

    internal static void CheckArray(Array? array, int index, int length, int kind, int site) => Hooks.CheckArray(array, index, length, (AccessKind)kind, site);

    internal static void CheckArrayBytes(Array? array, int offset, int count, int kind, int site) => Hooks.CheckArrayBytes(array, offset, count, (AccessKind)kind, site);
}
