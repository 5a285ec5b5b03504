using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Captured locals, loop variables, captured parameters, local functions, delegates and struct copies.</summary>
public static class ClosureTwins
{
    public static void TestRaceCapturedLocal()
    {
        int count = 0;
        Both(
            () => count = 1, // race: write count
            () => count = 2); // race: write count
    }

    public static void TestRaceCapturedLocalRead()
    {
        int count = 0;
        Both(
            () => count = 1, // race: write count
            () => Use(count)); // race: read count
    }

    public static void TestRaceCapturedIncrement()
    {
        int count = 0;
        Each(2, _ =>
        {
            count++; // race: read|write count
        });
    }

    public static void TestNoRaceCapturedReads()
    {
        int count = 5;
        Each(2, _ => Same(5, count));
    }

    public static void TestNoRaceCapturedUnderLock()
    {
        int count = 0;
        object gate = new();
        Each(2, _ => { lock (gate) { count++; } });
        Same(2, count);
    }

    public static void TestRaceForLoopVariable()
    {
        var threads = new Thread[2];
        using var start = new Barrier(3);
        int i;
        for (i = 0; i < 2; i++)
        {
            threads[i] = new Thread(() =>
            {
                start.SignalAndWait();
                Use(i); // race: read i
            });
            threads[i].Start();
        }

        start.SignalAndWait();
        i = 7; // race: write i
        foreach (Thread thread in threads) { thread.Join(); }
    }

    public static void TestNoRaceForEachVariable()
    {
        int sum = 0;
        var threads = new List<Thread>();
        foreach (int value in new[] { 1, 2 })
        {
            var thread = new Thread(() => Interlocked.Add(ref sum, value));
            thread.Start();
            threads.Add(thread);
        }

        foreach (Thread thread in threads) { thread.Join(); }
        Same(3, Volatile.Read(ref sum));
    }

    public static void TestNoRaceCopiedLoopVariable()
    {
        int[] seen = new int[2];
        var threads = new Thread[2];
        for (int i = 0; i < 2; i++)
        {
            int index = i;
            threads[i] = new Thread(() => seen[index] = index + 1);
            threads[i].Start();
        }

        foreach (Thread thread in threads) { thread.Join(); }
        Same(3, seen.Sum());
    }

    private static void Spoil(int parameter) => Both(
        () => parameter = 1, // race[TestRaceCapturedParameter]: write parameter
        () => parameter = 2); // race[TestRaceCapturedParameter]: write parameter

    public static void TestRaceCapturedParameter() => Spoil(0);

    public static void TestRaceLocalFunction()
    {
        int state = 0;
        void Bump()
        {
            state += 3; // race: read|write state
        }

        Both(Bump, Bump);
    }

    public static void TestNoRaceStaticLocalFunction()
    {
        static void Own(int index)
        {
            int state = index;
            state++;
            Same(index + 1, state);
        }

        Each(2, Own);
    }

    public static void TestRaceNestedClosures()
    {
        int outer = 0;
        Action Make(int value) => () =>
        {
            outer = value; // race: write outer
        };

        Both(Make(1), Make(2));
    }

    public static void TestNoRaceClosureEach()
    {
        Action Make()
        {
            int own = 0;
            return () => { own++; Same(1, own); };
        }

        Both(Make(), Make());
    }

    public static void TestRaceCapturedStruct()
    {
        (int X, int Y) point = (0, 0);
        Both(
            () => point.X = 1, // race: write *
            () => point.X = 2); // race: write *
    }

    public static void TestRaceCapturedStructWhole()
    {
        (long X, long Y) point = (0, 0);
        Both(
            () => point = (1, 1), // race: write point
            () => point = (2, 2)); // race: write point
    }

    public static void TestNoRaceCapturedStructCopied()
    {
        (int X, int Y) point = (1, 2);
        Each(2, _ =>
        {
            var mine = point;
            mine.X++;
            Same((2, 2), mine);
        });
    }

    public static void TestRaceCapturedByTask()
    {
        string text = "";
        using var start = new Barrier(2);
        Task other = Task.Factory.StartNew(() => { start.SignalAndWait(); text += "a"; }, TaskCreationOptions.LongRunning); // race: read|write text
        start.SignalAndWait();
        text += "b"; // race: read|write text
        other.Wait();
    }

    public static void TestNoRaceCapturedBeforeTask()
    {
        string text = "a";
        text += "b";
        Task.Run(() => text += "c").Wait();
        Same("abc", text);
    }

    public static void TestRaceCapturedThis() => new Counter().Race();

    private sealed class Counter
    {
        private int _count;

        public void Race() => Both(
            () => _count++, // race[TestRaceCapturedThis]: read|write Counter._count
            () => _count--); // race[TestRaceCapturedThis]: read|write Counter._count
    }

    public static void TestRacePrimaryConstructorParameter() => new Primary(1).Race();

    private sealed class Primary(int seed)
    {
        public void Race() => Both(
            () => seed++, // race[TestRacePrimaryConstructorParameter]: read|write seed
            () => seed--); // race[TestRacePrimaryConstructorParameter]: read|write seed
    }

    public static void TestRaceErrVariable()
    {
        Exception? error = null;
        Both(
            () => { try { throw new FormatException(); } catch (FormatException e) { error = e; } }, // race: write error
            () => { try { throw new TimeoutException(); } catch (TimeoutException e) { error = e; } }); // race: write error
    }

    public static void TestNoRaceErrVariableEach()
    {
        var errors = new Exception?[2];
        Each(2, index => { try { throw new FormatException(); } catch (FormatException e) { errors[index] = e; } });
        Same(true, errors.All(e => e is not null));
    }
}
