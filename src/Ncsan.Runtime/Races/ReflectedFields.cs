using System.Reflection;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Collections;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>Where in its object a field is that the program reaches by reflection.</summary>
/// <remarks>Static fields are left out: where they lie depends on their type in ways that only the JIT knows.</remarks>
internal static class ReflectedFields
{
    private static readonly ConditionalWeakTable<FieldInfo, Place> s_places = [];

    internal static void Check(FieldInfo? field, object? target, AccessKind kind, int site)
    {
        if (field is null || target is null || SanitizedThread.OutsideOrNull is not { } thread || PlaceOf(field, target, thread) is not { IsSeen: true } place) { return; }
        ref byte location = ref Unsafe.AddByteOffset(ref UnsafeCollections.Data(target), place.Offset);
        if (place.HoldsReferences) { Detector.CheckStruct(ref location, place.Size, place.Type, kind, site); }
        else { Detector.Check(ref location, place.Size, place.IsReference ? kind | AccessKind.Reference : kind, site); }
    }

    private static Place? PlaceOf(FieldInfo field, object target, SanitizedThread thread)
    {
        thread.Guard++;
        try { return Find(field, target); }
        catch (Exception fault)
        {
            Faults.Disable("the watch on reflected fields", fault);
            return null;
        }
        finally
        {
            thread.Guard--;
        }
    }

    // What is not of the field's type makes the call throw.
    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Place? Find(FieldInfo field, object target) => field.DeclaringType?.IsInstanceOfType(target) == true ? s_places.GetValue(field, f => new Place(f, target)) : null;

    private sealed class Place
    {
        internal Place(FieldInfo field, object example)
        {
            // The compiler's and the user's promise that nobody writes it once the object is known.
            if (field.IsStatic || field.IsInitOnly || field.DeclaringType is not { IsByRefLike: false } owner) { return; }
            Type type = field.FieldType;
            IsReference = IsReferenceType(type);
            Size = type.IsValueType ? RuntimeHelpers.SizeOf(type.TypeHandle) : nint.Size;
            HoldsReferences = type.IsValueType && Holds(type);
            Type = type.TypeHandle.Value;
            Offset = UnsafeCollections.OffsetOf(owner, [field], example);
            IsSeen = true;
        }

        private static bool IsReferenceType(Type type) => !type.IsValueType && !type.IsPointer && !type.IsFunctionPointer;

        /// <summary>The runtime's own answer would have to be called by reflection, and what that runs nobody can prove.</summary>
        private static bool Holds(Type type) => !type.IsPrimitive && !type.IsEnum
            && Array.Exists(type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), f => IsReferenceType(f.FieldType) || (f.FieldType.IsValueType && Holds(f.FieldType)));

        internal bool IsSeen { get; }

        internal bool IsReference { get; }

        /// <summary>A struct that does.</summary>
        internal bool HoldsReferences { get; }

        internal int Size { get; }

        internal nint Type { get; }

        internal nint Offset { get; }
    }
}
