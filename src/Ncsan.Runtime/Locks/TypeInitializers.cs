using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>The hidden locks of types: held while their initialiser runs, wanted by whoever uses them meanwhile.</summary>
internal static class TypeInitializers
{
    /// <summary>After so many uses of a type whose initialiser was never seen it is taken for one that is not rewritten.</summary>
    private const int Patience = 64;

    private static readonly ConditionalWeakTable<Type, Initializer> s_all = [];

    /// <summary>How many run now.</summary>
    private static int s_running;

    /// <summary>Whether any runs now.</summary>
    internal static bool AnyRuns => Volatile.Read(ref s_running) > 0;

    internal static void Enter(Type type, string name, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try
        {
            Initializer initializer = s_all.GetOrCreateValue(type);
            LockBinding.Name(initializer, null, name, LockKind.TypeInitializer, 0);
            thread.Push(LockBinding.Known(initializer)!, WantMode.Exclusive, AcquireFlags.Try, site, initializer);
            thread.OneShots++;
            Interlocked.Increment(ref s_running);
            initializer.By = thread;
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    internal static void Leave(Type type, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0 || !s_all.TryGetValue(type, out Initializer? initializer) || initializer.By != thread) { return; }
        OneShots.Ran(thread, thread.FindObject(initializer));
        LockEvents.Releasing(thread, initializer, LockKind.TypeInitializer, null, site);
        Interlocked.Decrement(ref s_running);
        initializer.IsOver = true;
        initializer.By = null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Touched(ref int state, RuntimeTypeHandle type, int site)
    {
        if (!LockValidation.IsOn) { return; }
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return; }
        if (!s_all.TryGetValue(Type.GetTypeFromHandle(type)!, out Initializer? initializer))
        {
            state = state < -Patience ? 1 : state - 1;
            return;
        }

        if (!initializer.IsOver)
        {
            if (initializer.By is { } by && by != thread) { Wait(thread, initializer, type, site); }
            return;
        }

        if (LockBinding.Known(initializer) is { OneShot.EndedAt: > 0 } instance) { OneShots.Touched(instance, site); } else { state = 1; }
    }

    /// <summary>A static method is about to be called from outside of its type, which the runtime initialises first.</summary>
    internal static void Calling(HeldLocks thread, MethodInfo method, int site)
    {
        if (method is not { IsStatic: true, DeclaringType: { } type } || (type.Attributes & TypeAttributes.BeforeFieldInit) != 0) { return; }
        if (s_all.TryGetValue(type, out Initializer? initializer) && !initializer.IsOver && initializer.By is { } by && by != thread) { Wait(thread, initializer, type.TypeHandle, site); }
    }

    /// <summary>Waits as the use of the type would, so that it is known to.</summary>
    private static void Wait(HeldLocks thread, Initializer initializer, RuntimeTypeHandle type, int site)
    {
        LockEvents.Want(thread, initializer, null, "", LockKind.TypeInitializer, WantMode.Exclusive, AcquireFlags.None, site);
        thread.WaitStack = new StackTrace(2, fNeedFileInfo: false);
        try { RuntimeHelpers.RunClassConstructor(type); }
        catch (TypeInitializationException)
        {
            // The use of the type that follows throws it again.
        }
        finally
        {
            thread.WaitStack = null;
            LockEvents.NotTaken(thread);
        }
    }

    /// <summary>What is known of one type.</summary>
    private sealed class Initializer
    {
        /// <summary>The thread that runs it; null before and after.</summary>
        internal volatile HeldLocks? By;

        internal volatile bool IsOver;
    }
}
