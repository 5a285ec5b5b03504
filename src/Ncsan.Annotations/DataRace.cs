using System.Runtime.CompilerServices;

namespace Ncsan.Annotations
{
    /// <summary>Marks races that are intended (the kernel's <c>data_race()</c>): a statistic that may be a little wrong, a hint that is checked again later.</summary>
    /// <remarks>
    /// Nothing here makes an access atomic or ordered; it only tells the sanitizer, and the next reader, that the race is known. Races between an
    /// access that is marked so and any access of another thread are not reported. In a program that is not instrumented all of this costs nothing.
    /// </remarks>
    public static class DataRace
    {
        /// <summary>
        /// Until the scope is disposed, no access of this thread takes part in a report: <c>using (DataRace.Ignore()) { s_hits++; }</c>.
        /// Scopes may be nested.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static IgnoreScope Ignore() => default;

        /// <summary>Reads <paramref name="location"/> once, as an intended race.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Read<T>(ref T location) => location;

        /// <summary>Writes <paramref name="location"/> once, as an intended race.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<T>(ref T location, T value) => location = value;

        /// <summary>The scope of <see cref="Ignore"/>. It belongs to a thread, so it is a ref struct: the compiler rejects an <c>await</c> inside it.</summary>
        public readonly ref struct IgnoreScope
        {
            /// <summary>Ends the scope.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Dispose()
            {
            }
        }
    }
}
