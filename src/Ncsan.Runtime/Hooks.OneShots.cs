using System.Runtime.CompilerServices;
using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Locks that are held once: by lazy values while they are made, by types while they are initialised.
public static unsafe partial class Hooks
{
    /// <summary>Instead of <c>Lazy.Value</c>, which holds a lock while the factory runs.</summary>
    public static T LazyValue<T>(Lazy<T> lazy, object? owner, string origin, int site)
    {
        if (!LockValidation.IsOn || lazy is null) { return lazy!.Value; }
        if (!lazy.IsValueCreated) { return OneShots.Value(lazy, owner, origin, site); }
        if (OneShots.Matter) { OneShots.Touched(lazy, site); }
        return lazy.Value;
    }

    /// <summary>A type initialiser begins. Others wait until it ends.</summary>
    public static void TypeInitializerEnter(RuntimeTypeHandle type, string name, int site)
    {
        if (LockValidation.IsOn) { TypeInitializers.Enter(Type.GetTypeFromHandle(type)!, name, site); }
    }

    /// <summary>It ends.</summary>
    public static void TypeInitializerLeave(RuntimeTypeHandle type, int site)
    {
        if (LockValidation.IsOn) { TypeInitializers.Leave(Type.GetTypeFromHandle(type)!, site); }
    }

    /// <summary>A type is about to be used in a way that may start its initialiser, or wait for it.</summary>
    /// <param name="state">A static of the module for this type: greater than zero when there is nothing more to tell.</param>
    /// <param name="type">The type.</param>
    /// <param name="site">Where.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TypeTouched(ref int state, RuntimeTypeHandle type, int site)
    {
        if (state <= 0) { TypeInitializers.Touched(ref state, type, site); }
    }
}
