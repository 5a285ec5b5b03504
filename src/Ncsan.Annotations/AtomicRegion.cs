using System.Runtime.CompilerServices;

namespace Ncsan.Annotations
{
    /// <summary>
    /// Says that every access of a region is to be taken as marked, because a protocol of the program's own makes it safe: the readers and
    /// writers of a sequence lock (the kernel's <c>kcsan_nestable_atomic_begin</c> and <c>kcsan_flat_atomic_begin</c>).
    /// </summary>
    /// <remarks>A plain access outside any region that races with one inside is still a finding. In a program that is not instrumented all of this costs nothing.</remarks>
    public static class AtomicRegion
    {
        /// <summary>A region that may be nested in itself; for writers: <c>using (AtomicRegion.Nestable()) { ... }</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static NestableScope Nestable() => default;

        /// <summary>A region that ends at its first end, however often it was begun; for readers, who may start over in the middle.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static FlatScope Flat() => default;

        /// <summary>The scope of <see cref="Nestable"/>. It belongs to a thread, so it is a ref struct: the compiler rejects an <c>await</c> inside it.</summary>
        public readonly ref struct NestableScope
        {
            /// <summary>Ends the region.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Dispose()
            {
            }
        }

        /// <summary>The scope of <see cref="Flat"/>. It belongs to a thread, so it is a ref struct: the compiler rejects an <c>await</c> inside it.</summary>
        public readonly ref struct FlatScope
        {
            /// <summary>Ends the region.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Dispose()
            {
            }
        }
    }
}
