using System.Collections;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Collections;

/// <summary>Finds the collection whose state a call touches, by the receiver's real type.</summary>
/// <remarks>Fast: <see cref="Behind(object, bool, bool)"/> once a type is known: one lookup. Slow: <see cref="Learn"/>, once a type.</remarks>
internal static class UnsafeCollections
{
    // An enumerator of the keys of a read-only wrapper of a sorted dictionary is five steps from its tree; a cycle must end.
    private const int MostSteps = 8;

    private static readonly TypeMap s_types = new();

    /// <summary>The collection that a call on <paramref name="receiver"/> reads or writes, or null when the call does not concern us.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="dispatched">The member was chosen by the receiver's real type: an interface member or an override.</param>
    /// <param name="writes">The call writes.</param>
    internal static object? Behind(object receiver, bool dispatched, bool writes) => Behind(receiver, dispatched, writes, atOnce: false, out _);

    /// <inheritdoc cref="Behind(object, bool, bool)"/>
    /// <param name="receiver">The receiver.</param>
    /// <param name="dispatched">The member was chosen by the receiver's real type: an interface member or an override.</param>
    /// <param name="writes">The call writes.</param>
    /// <param name="atOnce">The receiver is enumerated from its beginning.</param>
    /// <param name="onlyReads">It does not: a lazy value that is there is just handed out.</param>
    internal static object? Behind(object receiver, bool dispatched, bool writes, bool atOnce, out bool onlyReads)
    {
        bool enumerates = onlyReads = false;
        for (int step = 0; step < MostSteps; step++)
        {
            CollectionFacts facts = s_types.Find(MethodTableOf(receiver)) ?? Learn(receiver);
            if (facts.Role == CollectionRole.None || (dispatched && facts.MayGuardItself) || (facts.IsBuffering && !atOnce)) { return null; }
            if (facts.Role == CollectionRole.Lazy) { return LazyStates.IsUnsafe(Follow(ref Data(receiver), facts), out onlyReads) ? receiver : null; }
            if (facts.Role == CollectionRole.Collection) { return facts.HasSafeReaders && !writes && !enumerates ? null : receiver; }
            if (Follow(ref Data(receiver), facts) is not { } next) { return null; }
            receiver = next;
            dispatched = facts.LeadsToInterface;
            enumerates |= facts.IsEnumerator;
        }

        return null;
    }

    /// <summary>The collection behind a view that is a struct, such as an enumerator.</summary>
    internal static object? BehindView<T>(ref T view, bool writes)
    {
        CollectionFacts facts = StructView<T>.Facts;
        if (facts.Role != CollectionRole.View || Follow(ref Unsafe.As<T, byte>(ref view), facts) is not { } next) { return null; }

        // An enumerator is no safe reader, whatever it enumerates.
        return Behind(next, facts.LeadsToInterface, writes || facts.IsEnumerator);
    }

    /// <summary>A reference to the first byte of an object's data.</summary>
    internal static ref byte Data(object o) => ref Unsafe.As<Box>(o).FirstByte;

    private static object? Follow(ref byte data, CollectionFacts facts) => Unsafe.As<byte, object?>(ref Unsafe.AddByteOffset(ref data, facts.Offset));

    /// <summary>The word before an object's data, which names its type for less than GetType does.</summary>
    private static nint MethodTableOf(object o) => Unsafe.Add(ref Unsafe.As<byte, nint>(ref Data(o)), -1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CollectionFacts Learn(object example)
    {
        Type type = example.GetType();
        SanitizedThread thread = SanitizedThread.Current;
        thread.Guard++;
        try
        {
            CollectionFacts facts = Examine(type, example);

            // A method table of a collectible type may be another type's one day.
            if (!type.IsCollectible) { s_types.Add(MethodTableOf(example), facts); }
            return facts;
        }
        catch (Exception fault)
        {
            Findings.Faults.Disable("the watch on collections", fault);
            return CollectionFacts.None;
        }
        finally
        {
            thread.Guard--;
        }
    }

    private static CollectionFacts Examine(Type type, object example)
    {
        if (LazyStates.PathFrom(type) is { } state) { return new CollectionFacts(CollectionRole.Lazy, OffsetOf(state.DeclaringType!, [state], example)); }
        if (KnownCollections.KnownBase(type) is not { } known) { return CollectionFacts.None; }
        CollectionRole role = KnownCollections.RoleOf(known);
        bool mayGuardItself = known != type && HasOverrides(type, known);
        if (role != CollectionRole.View) { return new CollectionFacts(role, MayGuardItself: mayGuardItself, HasSafeReaders: KnownCollections.HasSafeReaders(known)); }
        List<FieldInfo> path = KnownCollections.PathFrom(known);
        if (path.Count == 0) { return CollectionFacts.None; }
        return new CollectionFacts(role, OffsetOf(type, path, example), path[^1].FieldType.IsInterface, mayGuardItself, IsEnumerator: typeof(IEnumerator).IsAssignableFrom(type), IsBuffering: KnownCollections.IsBuffering(known));
    }

    /// <summary>Some type of the program below the known one has virtual members of its own: not those of every object, nor those that it had to give, which answer a question and guard nothing.</summary>
    private static bool HasOverrides(Type type, Type known)
    {
        for (Type t = type; t != known; t = t.BaseType!)
        {
            if (KnownCollections.IsFrameworksOwn(t, known)) { continue; }
            if (t.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Any(m => m.IsVirtual && m.GetBaseDefinition() is { IsAbstract: false } first && first.DeclaringType != typeof(object)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where in an object's data a field is. Only the JIT knows, so a method is made that takes the field's address.</summary>
    internal static nint OffsetOf(Type type, IReadOnlyList<FieldInfo> path, object example)
    {
        var method = new DynamicMethod("OffsetOf" + type.Name, typeof(nint), [typeof(object)], typeof(UnsafeCollections).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(UnsafeCollections).GetMethod(nameof(Data), BindingFlags.Static | BindingFlags.NonPublic)!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(type.IsValueType ? OpCodes.Unbox : OpCodes.Castclass, type);
        foreach (FieldInfo field in path) { il.Emit(OpCodes.Ldflda, field); }
        il.Emit(OpCodes.Call, typeof(Unsafe).GetMethods().Single(m => m.Name == nameof(Unsafe.ByteOffset)).MakeGenericMethod(typeof(byte)));
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<object, nint>>()(example);
    }

    /// <summary>Facts about a view that is a struct, learnt once a type.</summary>
    private static class StructView<T>
    {
        internal static readonly CollectionFacts Facts = Learn(RuntimeHelpers.GetUninitializedObject(typeof(T)));
    }

    /// <summary>The shape of any object.</summary>
    private sealed class Box
    {
        internal byte FirstByte;
    }
}
