using System.Runtime.CompilerServices;

namespace Ncsan.Annotations
{
    /// <summary>
    /// Says who may touch a location here (the kernel's <c>ASSERT_EXCLUSIVE_*</c>). An access of another thread that breaks the assertion is a
    /// finding, even if it is marked and even if the value stays the same.
    /// </summary>
    /// <remarks>
    /// This finds what is no data race by the rules and still a bug: a second writer that uses <c>Interlocked</c> where there should be one writer
    /// only, or a use of an object that should be nobody else's by now. In a program that is not instrumented all of this costs nothing.
    /// </remarks>
    public static class AssertExclusive
    {
        /// <summary>No other thread writes <paramref name="location"/> now; others may read it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Writer<T>(ref T location)
        {
        }

        /// <summary>No other thread touches <paramref name="location"/> now.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Access<T>(ref T location)
        {
        }

        /// <summary>
        /// No other thread changes the bits of <paramref name="location"/> that are set in <paramref name="mask"/>; it may change the others. The next
        /// access of this thread is taken as marked, so that the bits can be read plainly right after.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Bits<T>(ref T location, T mask) where T : unmanaged
        {
        }

        /// <summary>Until the scope is disposed, no other thread writes <paramref name="location"/>: <c>using (AssertExclusive.WriterScoped(ref _state)) { ... }</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Scope WriterScoped<T>(ref T location) => default;

        /// <summary>Until the scope is disposed, no other thread touches <paramref name="location"/>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Scope AccessScoped<T>(ref T location) => default;

        /// <summary>The scope of an assertion. It belongs to a thread, so it is a ref struct: the compiler rejects an <c>await</c> inside it.</summary>
        public readonly ref struct Scope
        {
            /// <summary>Ends the scope.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Dispose()
            {
            }
        }
    }
}
