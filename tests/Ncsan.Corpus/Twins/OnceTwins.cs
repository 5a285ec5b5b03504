using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Lazy, LazyInitializer, static constructors, double-checked locking: Go's once.</summary>
public static class OnceTwins
{
    private sealed class Thing
    {
        public int Value = 3;
        public int Uses;
    }

    public static void TestNoRaceLazy()
    {
        var lazy = new Lazy<Thing>(() => new Thing { Value = 5 });
        Each(2, _ => Same(5, lazy.Value.Value));
    }

    public static void TestRaceLazyContents()
    {
        var lazy = new Lazy<Thing>(() => new Thing());
        Each(2, _ =>
        {
            Thing thing = lazy.Value;
            thing.Uses++; // race: read|write Thing.Uses
        });
    }

    public static void TestNoRaceLazyPublicationOnly()
    {
        var lazy = new Lazy<Thing>(() => new Thing(), LazyThreadSafetyMode.PublicationOnly);
        Each(2, _ => Same(3, lazy.Value.Value));
    }

    public static void TestRaceLazyFactoryState()
    {
        int made = 0;

        // A value that is there before the second thread asks is made once only, and then there is no race.
        using var met = new Barrier(2);
        var lazy = new Lazy<Thing>(
            () =>
            {
                met.SignalAndWait(100);
                made++; // race: read|write made
                return new Thing();
            }, LazyThreadSafetyMode.PublicationOnly);
        Each(2, _ => Use(lazy.Value));
    }

    public static void TestNoRaceLazyFactoryState()
    {
        int made = 0;
        var lazy = new Lazy<Thing>(() => { made++; return new Thing(); });
        Each(2, _ => Use(lazy.Value));
        Same(1, made);
    }

    public static void TestNoRaceLazyInitializer()
    {
        Thing? thing = null;
        Each(2, _ => Same(3, LazyInitializer.EnsureInitialized(ref thing, () => new Thing()).Value));
    }

    public static void TestNoRaceLazyInitializerWithLock()
    {
        int value = 0;
        bool ready = false;
        object? gate = null;
        Each(2, _ => Same(8, LazyInitializer.EnsureInitialized(ref value, ref ready, ref gate, () => 8)));
    }

    public static void TestRaceDoubleCheckedPlain()
    {
        var holder = new Holder();
        Each(2, _ => Use(holder.Plain()));
    }

    public static void TestNoRaceDoubleCheckedVolatile()
    {
        var holder = new Holder();
        Each(2, _ => Same(3, holder.Checked().Value));
    }

    private sealed class Holder
    {
        private readonly object _gate = new();
        private Thing? _plain;
        private volatile Thing? _checked;

        public Thing Plain()
        {
            if (_plain is null) // race[TestRaceDoubleCheckedPlain]: read Holder._plain
            {
                lock (_gate)
                {
                    _plain ??= new Thing(); // race[TestRaceDoubleCheckedPlain]: read|write Holder._plain
                }
            }

            return _plain; // race[TestRaceDoubleCheckedPlain]: read Holder._plain
        }

        public Thing Checked()
        {
            if (_checked is null)
            {
                lock (_gate) { _checked ??= new Thing(); }
            }

            return _checked;
        }
    }

    public static void TestRaceInitialisedFlag()
    {
        bool ready = false;
        int value = 0;
        Each(2, _ =>
        {
            if (!ready) // race: read ready
            {
                value = 5; // race: write value
                ready = true; // race: write ready
            }

            Use(value); // race: read value
        });
    }

    public static void TestNoRaceInterlockedOnce()
    {
        int claimed = 0, runs = 0;
        Each(2, _ => { if (Interlocked.Exchange(ref claimed, 1) == 0) { runs++; } });
        Same(1, runs);
    }

    public static void TestRaceInterlockedOnceResultUsed()
    {
        int claimed = 0, result = 0;
        Each(2, _ =>
        {
            if (Interlocked.Exchange(ref claimed, 1) == 0)
            {
                result = 5; // race: write result
            }

            Use(result); // race: read result
        });
    }

    private static class Singleton
    {
        static Singleton() => Instance = new Thing();

        public static Thing Instance { get; }
    }

    public static void TestNoRaceSingleton() => Each(2, _ => Same(3, Singleton.Instance.Value));

    public static void TestRaceSingletonContents() => Each(2, _ =>
    {
        Thing thing = Singleton.Instance;
        thing.Uses++; // race: read|write Thing.Uses
    });

    public static void TestRaceLazyWithoutThreadSafety()
    {
        var lazy = new Lazy<object>(() => new object(), isThreadSafe: false);
        Action ask = () =>
        {
            try
            {
                Use(lazy.Value); // race: write Lazy
            }
            catch (InvalidOperationException)
            {
                // It saw itself in the other thread.
            }
        };
        Both(ask, ask);
    }

    public static void TestNoRaceLazyWithoutThreadSafetyMadeBefore()
    {
        var lazy = new Lazy<object>(() => new object(), isThreadSafe: false);
        Use(lazy.Value);
        Each(2, _ => Use(lazy.Value));
    }

    public static void TestNoRaceLazyWithThreadSafety()
    {
        var lazy = new Lazy<object>(() => new object(), LazyThreadSafetyMode.PublicationOnly);
        Each(2, _ => Use(lazy.Value));
    }
}
