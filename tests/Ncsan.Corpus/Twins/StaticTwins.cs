using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Static fields: plain, of generic types, of nested types, thread static, read-only.</summary>
public static class StaticTwins
{
    private static int s_counter;
    private static string? s_text;
    private static long s_ordered;
    private static readonly object s_gate = new();
    private static readonly int s_constant = 42;
    private static volatile string? s_published;
    [ThreadStatic] private static int t_own;

    public static void TestRaceStaticWriteWrite() => Both(
        () => s_counter = 1, // race: write StaticTwins.s_counter
        () => s_counter = 2); // race: write StaticTwins.s_counter

    public static void TestRaceStaticWriteRead() => Both(
        () => s_text = new string('x', 2), // race: write StaticTwins.s_text
        () => Use(s_text)); // race: read StaticTwins.s_text

    public static void TestRaceStaticIncrement() => Both(
        () => s_counter++, // race: read|write StaticTwins.s_counter
        () => s_counter++); // race: read|write StaticTwins.s_counter

    public static void TestNoRaceStaticUnderLock() => Both(
        () => { lock (s_gate) { s_ordered++; } },
        () => { lock (s_gate) { s_ordered++; } });

    public static void TestNoRaceStaticReadOnly() => Both(
        () => Same(42, s_constant),
        () => Same(42, s_constant));

    public static void TestNoRaceThreadStatic() => Both(
        () => { t_own = 1; Same(1, t_own); },
        () => { t_own = 2; Same(2, t_own); });

    public static void TestNoRaceStaticVolatile() => Both(
        () => s_published = "now",
        () => Use(s_published));

    private static class Of<T>
    {
        public static int Count;
    }

    public static void TestRaceStaticOfGeneric() => Both(
        () => Of<string>.Count = 1, // race: write Of<
        () => Of<string>.Count = 2); // race: write Of<

    public static void TestRaceStaticOfGenericValueType() => Both(
        () => Of<long>.Count = 1, // race: write Of<
        () => Of<long>.Count = 2); // race: write Of<

    public static void TestNoRaceStaticOfTwoGenerics() => Both(
        () => Of<byte>.Count = 1,
        () => Of<sbyte>.Count = 2);

    private static class Initialised
    {
        public static readonly List<int> Values = [1, 2, 3];
    }

    public static void TestNoRaceStaticConstructor() => Both(
        () => Same(3, Initialised.Values.Count),
        () => Same(3, Initialised.Values.Count));

    private static class Lazily
    {
        public static object? Instance;

        public static object Get() => Instance ??= new object(); // race[TestRaceStaticLazyInitialisation]: read|write Lazily.Instance
    }

    public static void TestRaceStaticLazyInitialisation()
    {
        Lazily.Instance = null;
        Both(() => Use(Lazily.Get()), () => Use(Lazily.Get()));
    }

    public static void TestNoRaceStaticLazyUnderLock()
    {
        object? instance = null;
        object Get() { lock (s_gate) { return instance ??= new object(); } }
        Both(() => Use(Get()), () => Use(Get()));
        Same(Get(), Get());
    }

    private static bool s_stop;

    public static void TestRaceStaticStopFlag()
    {
        s_stop = false;
        Both(
            () => s_stop = true, // race: write StaticTwins.s_stop
            () => { for (int i = 0; i < 1000 && !s_stop; i++) { } }); // race: read StaticTwins.s_stop
    }

    private static volatile bool s_volatileStop;

    public static void TestNoRaceStaticStopFlag()
    {
        s_volatileStop = false;
        Both(
            () => s_volatileStop = true,
            () => { while (!s_volatileStop) { Thread.Yield(); } });
    }
}
