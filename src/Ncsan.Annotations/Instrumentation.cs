namespace Ncsan.Annotations
{
    /// <summary>
    /// Marks a region of <see cref="NoInstrumentAttribute"/> code that may call instrumented code (the kernel's <c>instrumentation_begin</c> and
    /// <c>instrumentation_end</c>).
    /// </summary>
    /// <remarks>
    /// The calls do nothing when they run: <c>ncsan verify</c> reads them. A region opens and closes in the same method, on every path: no return
    /// inside it, no second <see cref="Begin"/> before its <see cref="End"/>, and a handler that can be entered from inside it must know that.
    /// </remarks>
    public static class Instrumentation
    {
        /// <summary>From here on this method may call instrumented code. Say why in a comment next to it: the checker's state must be ready for it here.</summary>
        public static void Begin()
        {
        }

        /// <summary>From here on this method may not call instrumented code any more.</summary>
        public static void End()
        {
        }
    }
}
