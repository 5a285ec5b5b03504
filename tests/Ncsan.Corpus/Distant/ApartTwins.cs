using Ncsan.Annotations;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Distant;

/// <summary>Two accesses, each executed once, that never overlap by themselves: 1.5 s lie between. Only waiting at a known candidate finds them.</summary>
public static class ApartTwins
{
    private static int s_value;
    private static int s_guarded;
    private static readonly object s_gate = new();

    [NoInstrument]
    private static void Work() => Thread.Sleep(1500);

    public static void TestRaceApartWriteWrite() => Both(
        () => s_value = 1, // race: write ApartTwins.s_value
        () => { Work(); s_value = 2; }); // race: write ApartTwins.s_value

    public static void TestRaceApartWriteRead() => Both(
        () => s_value = 3, // race: write ApartTwins.s_value
        () => { Work(); Use(s_value); }); // race: read ApartTwins.s_value

    public static void TestNoRaceApartUnderLock() => Both(
        () => { lock (s_gate) { s_guarded = 1; } },
        () => { Work(); lock (s_gate) { s_guarded = 2; } });

    public static void TestNoRaceApartAfterJoin()
    {
        int value = 0;
        var first = new Thread(() => value = 1);
        first.Start();
        first.Join();
        Work();
        value = 2;
        Same(2, value);
    }
}
