using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Volatile and Interlocked: a marked access races with a plain one, never with a marked one.</summary>
public static class AtomicTwins
{
    private sealed class Box
    {
        public int Int;
        public long Long;
        public string? Text;
        public volatile bool Flag;
        public int[] Values = new int[2];
    }

    public static void TestNoRaceInterlockedIncrement()
    {
        var box = new Box();
        Each(2, _ => Interlocked.Increment(ref box.Int));
        Same(2, Volatile.Read(ref box.Int));
    }

    public static void TestRaceInterlockedAndPlainRead()
    {
        var box = new Box();
        Both(
            () => Interlocked.Increment(ref box.Int), // race: read-write *
            () => Use(box.Int)); // race: read *
    }

    public static void TestRaceInterlockedAndPlainWrite()
    {
        var box = new Box();
        Both(
            () => Interlocked.Add(ref box.Long, 5), // race: read-write *
            () => box.Long = 1); // race: write *
    }

    public static void TestNoRaceInterlockedAndVolatileRead()
    {
        var box = new Box();
        Both(
            () => Interlocked.Increment(ref box.Int),
            () => Use(Volatile.Read(ref box.Int)));
    }

    public static void TestRaceVolatileWriteAndPlainRead()
    {
        var box = new Box();
        Both(
            () => Volatile.Write(ref box.Int, 5), // race: write *
            () => Use(box.Int)); // race: read *
    }

    public static void TestNoRaceVolatileWriteAndRead()
    {
        var box = new Box();
        Both(
            () => Volatile.Write(ref box.Int, 5),
            () => Use(Volatile.Read(ref box.Int)));
    }

    public static void TestRaceVolatileReadAndPlainWrite()
    {
        var box = new Box();
        Both(
            () => Use(Volatile.Read(ref box.Text)), // race: read *
            () => box.Text = "x"); // race: write *
    }

    public static void TestNoRaceVolatileFieldPublication()
    {
        var box = new Box();
        Both(
            () => { box.Int = 5; box.Flag = true; },
            () => { while (!box.Flag) { Thread.Yield(); } Same(5, box.Int); });
    }

    public static void TestRaceVolatilePublicationTooEarly()
    {
        var box = new Box();
        Both(
            () => { box.Flag = true; box.Int = 5; }, // race: write Box.Int
            () => { while (!box.Flag) { Thread.Yield(); } Use(box.Int); }); // race: read Box.Int
    }

    public static void TestRacePlainFlag()
    {
        var box = new Box();
        Both(
            () => { box.Int = 5; }, // race: write Box.Int
            () => { for (int i = 0; i < 100 && box.Int == 0; i++) { } }); // race: read Box.Int
    }

    public static void TestNoRaceCompareExchange()
    {
        var box = new Box();
        Each(2, _ =>
        {
            int seen;
            do { seen = Volatile.Read(ref box.Int); } while (Interlocked.CompareExchange(ref box.Int, seen + 1, seen) != seen);
        });
        Same(2, Volatile.Read(ref box.Int));
    }

    public static void TestNoRaceCompareExchangeFirstReadPlain()
    {
        var box = new Box();
        Both(
            () => { int seen = box.Int; Interlocked.CompareExchange(ref box.Int, seen + 1, seen); },
            () => { int seen = box.Int; Interlocked.CompareExchange(ref box.Int, seen + 2, seen); });
    }

    public static void TestRaceCompareExchangeAndPlainReadElsewhere()
    {
        var box = new Box();
        Both(
            () => { int seen = box.Int; Interlocked.CompareExchange(ref box.Int, seen + 1, seen); }, // race: read-write *
            () => Use(box.Int)); // race: read *
    }

    public static void TestRaceValidatedReadAndPlainWrite()
    {
        var box = new Box();
        Both(
            () => { int seen = box.Int; Interlocked.CompareExchange(ref box.Int, seen + 1, seen); }, // race: read|read-write *
            () => box.Int = 7); // race: write Box.Int
    }

    public static void TestRaceValidatedReadOfAnotherField()
    {
        var box = new Box();
        Both(
            () => { long seen = box.Long; Interlocked.CompareExchange(ref box.Int, (int)seen, 0); }, // race: read Box.Long
            () => Interlocked.Increment(ref box.Long)); // race: read-write *
    }

    public static void TestRaceSpinningOnPlainReadBeforeCompareExchange()
    {
        var box = new Box();
        Both(
            () => { for (int i = 0; i < 100 && box.Int == 0; i++) { } Interlocked.CompareExchange(ref box.Int, 2, 1); }, // race: read Box.Int
            () => Volatile.Write(ref box.Int, 1)); // race: write *
    }

    public static void TestRaceExchangeThatNobodyAsks()
    {
        var box = new Box();
        Both(
            () => { if (box.Int == 0) { Interlocked.Exchange(ref box.Int, 1); } }, // race: read Box.Int
            () => { if (box.Int == 0) { Interlocked.Exchange(ref box.Int, 2); } }); // race: read-write *
    }

    public static void TestNoRaceTestAndTestAndSet()
    {
        var box = new Box();
        Each(2, _ =>
        {
            while (box.Int != 0 || Interlocked.Exchange(ref box.Int, 1) != 0) { Thread.Yield(); }
            box.Long++;
            Volatile.Write(ref box.Int, 0);
        });
        Same(2L, box.Long);
    }

    public static void TestNoRaceLazyByCompareExchange()
    {
        var box = new Box();
        Each(2, index =>
        {
            if (box.Text is null) { Interlocked.CompareExchange(ref box.Text, "made " + index, null); }
            Same(6, box.Text.Length);
        });
    }

    public static void TestNoRaceStackOfNodes()
    {
        var stack = new NodeStack();
        Each(2, index =>
        {
            for (int i = 0; i < 10; i++)
            {
                stack.Push(index);
                stack.Pop();
            }
        });
        Same(true, stack.IsEmpty);
    }

    private sealed class NodeStack
    {
        private Node? _head;

        public bool IsEmpty => Volatile.Read(ref _head) is null;

        public void Push(int value)
        {
            var node = new Node { Value = value };
            do { node.Next = _head; } while (Interlocked.CompareExchange(ref _head, node, node.Next) != node.Next);
        }

        public int Pop()
        {
            while (true)
            {
                Node? head = _head;
                if (head is null) { return -1; }
                if (Interlocked.CompareExchange(ref _head, head.Next, head) == head) { return head.Value; }
            }
        }

        private sealed class Node
        {
            public int Value;
            public Node? Next;
        }
    }

    public static void TestNoRaceExchangeReference()
    {
        var box = new Box();
        Each(2, index => Interlocked.Exchange(ref box.Text, index.ToString()));
        Same(true, Volatile.Read(ref box.Text) is "0" or "1");
    }

    public static void TestRaceExchangeAndPlainReference()
    {
        var box = new Box();
        Both(
            () => Interlocked.Exchange(ref box.Text, "marked"), // race: read-write *
            () => box.Text = "plain"); // race: write *
    }

    public static void TestNoRaceInterlockedRead64()
    {
        var box = new Box();
        Both(
            () => Interlocked.Exchange(ref box.Long, 1L << 40),
            () => Use(Interlocked.Read(ref box.Long)));
    }

    public static void TestRaceInterlockedElement()
    {
        var box = new Box();
        Both(
            () => Interlocked.Or(ref box.Values[1], 4), // race: read-write *
            () => Use(box.Values[1])); // race: read *
    }

    public static void TestNoRaceInterlockedElements()
    {
        var box = new Box();
        Each(2, _ => Interlocked.Increment(ref box.Values[1]));
        Same(2, Volatile.Read(ref box.Values[1]));
    }

    public static void TestNoRaceSpinWait()
    {
        var box = new Box();
        Both(
            () => { box.Long = 8; Volatile.Write(ref box.Int, 1); },
            () => { SpinWait.SpinUntil(() => Volatile.Read(ref box.Int) == 1); Same(8L, box.Long); });
    }

    public static void TestRaceHandMadeSpinLockWithoutRelease()
    {
        var box = new Box();
        Each(2, _ =>
        {
            Interlocked.CompareExchange(ref box.Int, 1, 0); // nobody looks at the answer
            box.Long++; // race: read|write Box.Long
        });
    }

    public static void TestNoRaceHandMadeSpinLock()
    {
        var box = new Box();
        Each(2, _ =>
        {
            while (Interlocked.CompareExchange(ref box.Int, 1, 0) != 0) { Thread.Yield(); }
            box.Long++;
            Volatile.Write(ref box.Int, 0);
        });
        Same(2L, box.Long);
    }

    public static void TestNoRaceTicketLock()
    {
        var box = new Box();
        int next = 0;
        Each(2, _ =>
        {
            int mine = Interlocked.Increment(ref next) - 1;
            while (Volatile.Read(ref box.Int) != mine) { Thread.Yield(); }
            box.Long++;
            Volatile.Write(ref box.Int, mine + 1);
        });
        Same(2L, box.Long);
    }

    public static void TestRaceMemoryBarrierIsNoLock()
    {
        var box = new Box();
        Each(2, _ =>
        {
            Thread.MemoryBarrier();
            box.Int++; // race: read|write Box.Int
            Thread.MemoryBarrier();
        });
    }

    public static void TestRaceVolatileArrayReferenceNotElements()
    {
        var holder = new Published();
        Both(
            () => holder.Values[0] = 1, // race: write int[]
            () => Use(holder.Values[0])); // race: read int[]
    }

    private sealed class Published
    {
        public volatile int[] Values = new int[2];
    }
}
