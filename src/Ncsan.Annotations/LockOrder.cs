using System;

namespace Ncsan.Annotations
{
    /// <summary>What the lock validator cannot know about locks, and assertions about them. Nothing happens in a program that is not instrumented.</summary>
    public static class LockOrder
    {
        /// <summary>The calling thread or flow must hold the lock.</summary>
        public static void AssertHeld(object lockObject)
        {
        }

        /// <summary>The calling thread or flow must not hold the lock.</summary>
        public static void AssertNotHeld(object lockObject)
        {
        }

        /// <summary>The lock must stay held until <see cref="Unpin"/>: releasing it before that is reported.</summary>
        public static void Pin(object lockObject)
        {
        }

        /// <summary>Ends one <see cref="Pin"/>.</summary>
        public static void Unpin(object lockObject)
        {
        }

        /// <summary>Puts a lock into a class of this name, whatever field it lives in. Before the lock is first taken.</summary>
        public static void Class(object lockObject, string name)
        {
        }

        /// <summary>Gives a lock a nesting level within its class, so that levels are ordered as classes of their own (parent and child). Before the lock is first taken.</summary>
        public static void Subclass(object lockObject, int level)
        {
        }

        /// <summary>The next acquire of <paramref name="child"/> happens under <paramref name="parent"/>, whose holder may take such locks in any order.</summary>
        public static void NestUnder(object child, object parent)
        {
        }

        /// <summary>The waiters of such locks spin: nothing may block under one.</summary>
        public static void Spinning(object lockObject)
        {
        }

        /// <summary>Locks of this class are not ordered with others.</summary>
        public static void NoValidate(object lockObject)
        {
        }

        /// <summary>The code until the end of the scope is what <see cref="WaitFor"/> of the same name waits for.</summary>
        public static RunScope Run(string map) => default;

        /// <summary>The thread is about to wait, in a way of its own, for code that runs as <see cref="Run"/> of the same name.</summary>
        public static void WaitFor(string map)
        {
        }

        /// <summary>Ends <see cref="Run"/>.</summary>
        public readonly struct RunScope : IDisposable
        {
            /// <inheritdoc/>
            public void Dispose()
            {
            }
        }
    }
}
