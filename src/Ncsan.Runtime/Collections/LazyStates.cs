using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Collections;

/// <summary>Tells by its state whether a <see cref="Lazy{T}"/> is one that two threads may not ask at once.</summary>
/// <remarks>The framework keeps an object there until the value is made, with a number that begins with those of the mode without thread safety. Where it does not, no Lazy is unsafe.</remarks>
internal static class LazyStates
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // NoneViaConstructor, NoneViaFactory, NoneException: the three come first.
    private static readonly int s_afterNone = NumberOf("PublicationOnlyViaConstructor");
    private static readonly nint s_number = OffsetOfNumber();

    private static volatile bool s_anyUnsafe;

    /// <summary>The field that holds the state, when the type is a Lazy or derives from one.</summary>
    internal static FieldInfo? PathFrom(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            if (t.IsConstructedGenericType && t.GetGenericTypeDefinition() == typeof(Lazy<>)) { return s_number < 0 ? null : t.GetField("_state", Internal); }
        }

        return null;
    }

    /// <summary>Whether two threads may not ask at once. A value that is there no longer says so; it is taken for one of those as soon as the process has any, since a mere read does no
    /// harm to the others.</summary>
    /// <param name="state">What the lazy value keeps until it is made.</param>
    /// <param name="isMade">It is made.</param>
    internal static bool IsUnsafe(object? state, out bool isMade)
    {
        isMade = state is null;
        if (isMade) { return s_anyUnsafe; }
        bool isUnsafe = Unsafe.As<byte, int>(ref Unsafe.AddByteOffset(ref UnsafeCollections.Data(state!), s_number)) < s_afterNone;
        if (isUnsafe) { s_anyUnsafe = true; }
        return isUnsafe;
    }

    private static nint OffsetOfNumber()
    {
        // What a Lazy without thread safety holds, to try it on.
        object? example = typeof(Lazy<object>).GetField("_state", Internal)?.GetValue(new Lazy<object>(false));
        if (s_afterNone <= 0 || example?.GetType() is not { } type || type.GetField("<State>k__BackingField", Internal) is not { } number || !number.FieldType.IsEnum) { return -1; }
        nint offset = UnsafeCollections.OffsetOf(type, [number], example);
        return Unsafe.As<byte, int>(ref Unsafe.AddByteOffset(ref UnsafeCollections.Data(example), offset)) < s_afterNone ? offset : -1;
    }

    // The constant itself: names and values of enums are compared by code that may be anybody's.
    private static int NumberOf(string state) => typeof(object).Assembly.GetType("System.LazyState")?.GetField(state)?.GetRawConstantValue() is int number ? number : 0;
}
