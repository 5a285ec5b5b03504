using System;
using System.Runtime.CompilerServices;

namespace Ncsan.Annotations
{
    /// <summary>Makes two threads meet at two accesses, as <c>ncsan repro</c> does: for the test that a mended race leaves behind.</summary>
    /// <remarks>
    /// Under <c>ncsan test</c> a thread that comes to an access in one of the two methods waits there, for a second at most, until another comes to a conflicting access
    /// in the other. With the bug in the code the test fails each time, by its finding; without it nobody meets. In a program that is not instrumented all of
    /// this costs nothing, and nobody waits.
    /// </remarks>
    public static class Rendezvous
    {
        /// <summary>Until the scope is disposed, threads in <paramref name="first"/> and <paramref name="second"/> wait for one another where they touch the same
        /// field or collection, one of them to write. Methods are named as reports name them, with or without parameters: <c>Account.Withdraw</c>,
        /// <c>Account.Withdraw(int)</c>. They may be the same method.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Scope Between(string first, string second) => default;

        /// <summary>The scope of a rendezvous. It holds for all threads and may be left by another one, so an <c>await</c> inside is fine.</summary>
        public readonly struct Scope : IDisposable
        {
            /// <summary>Ends the scope.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Dispose()
            {
            }
        }
    }
}
