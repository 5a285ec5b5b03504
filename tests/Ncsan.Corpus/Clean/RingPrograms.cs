using System.Runtime.InteropServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs with queues, locks and snapshots of their own making, right by volatile and interlocked accesses alone.</summary>
public static class RingPrograms
{
    private sealed class Message
    {
        public int Number;
        public string Text = "";
    }

    private sealed class SingleRing(int size)
    {
        private readonly Message?[] _slots = new Message?[size];
        private long _head;
        private long _tail;

        public bool TryPut(Message message)
        {
            long tail = _tail;
            if (tail - Volatile.Read(ref _head) == _slots.Length) { return false; }
            _slots[tail % _slots.Length] = message;
            Volatile.Write(ref _tail, tail + 1);
            return true;
        }

        public bool TryTake(out Message? message)
        {
            message = null;
            long head = _head;
            if (head == Volatile.Read(ref _tail)) { return false; }
            message = _slots[head % _slots.Length];
            _slots[head % _slots.Length] = null;
            Volatile.Write(ref _head, head + 1);
            return true;
        }
    }

    private struct Cell
    {
        public int Sequence;
        public int Number;
        public string? Text;
    }

    // Vyukov's bounded queue: the sequence number of a cell says whose turn it is.
    private sealed class ManyRing
    {
        private readonly Cell[] _cells = new Cell[16];
        private int _put;
        private int _take;

        public ManyRing()
        {
            for (int i = 0; i < _cells.Length; i++) { _cells[i].Sequence = i; }
        }

        public void Put(int number, string text)
        {
            var wait = new SpinWait();
            while (true)
            {
                int at = Volatile.Read(ref _put);
                ref Cell cell = ref _cells[at & 15];
                int ahead = Volatile.Read(ref cell.Sequence) - at;
                if (ahead == 0 && Interlocked.CompareExchange(ref _put, at + 1, at) == at)
                {
                    (cell.Number, cell.Text) = (number, text);
                    Volatile.Write(ref cell.Sequence, at + 1);
                    return;
                }

                if (ahead < 0) { wait.SpinOnce(); }
            }
        }

        public (int Number, string? Text) Take()
        {
            var wait = new SpinWait();
            while (true)
            {
                int at = Volatile.Read(ref _take);
                ref Cell cell = ref _cells[at & 15];
                int ahead = Volatile.Read(ref cell.Sequence) - (at + 1);
                if (ahead == 0 && Interlocked.CompareExchange(ref _take, at + 1, at) == at)
                {
                    var got = (cell.Number, cell.Text);
                    cell.Text = null;
                    Volatile.Write(ref cell.Sequence, at + 16);
                    return got;
                }

                if (ahead < 0) { wait.SpinOnce(); }
            }
        }
    }

    public static void CleanSingleProducerRing()
    {
        var ring = new SingleRing(8);
        long sum = 0;
        Both(
            () => { for (int i = 0; i < 300; i++) { var m = new Message { Number = i, Text = $"{i}" }; while (!ring.TryPut(m)) { Thread.Sleep(0); } } },
            () =>
            {
                for (int i = 0; i < 300; i++)
                {
                    Message? got;
                    while (!ring.TryTake(out got)) { Thread.Sleep(0); }
                    got!.Number += got.Text.Length;
                    sum += got.Number;
                }
            });
        Same(44850L + 10 + 180 + 600, sum);
    }

    public static void CleanManyProducersRing()
    {
        var ring = new ManyRing();
        int sum = 0;
        Each(4, index =>
        {
            for (int i = 0; i < 80; i++)
            {
                if (index % 2 == 0) { ring.Put(i, $"m{i}"); }
                else { var (number, text) = ring.Take(); Interlocked.Add(ref sum, number + (text!.Length > 0 ? 1 : 0)); }
            }
        });
        Same(2 * (3160 + 80), sum);
    }

    public static void CleanPetersonLock()
    {
        bool[] wants = new bool[2];
        int turn = 0, counter = 0;
        void Body(int me)
        {
            for (int i = 0; i < 100; i++)
            {
                Volatile.Write(ref wants[me], true);
                Volatile.Write(ref turn, 1 - me);
                Interlocked.MemoryBarrier();
                var wait = new SpinWait();
                while (Volatile.Read(ref wants[1 - me]) && Volatile.Read(ref turn) == 1 - me) { wait.SpinOnce(); }
                counter++;
                Volatile.Write(ref wants[me], false);
            }
        }

        Each(2, Body);
        Same(200, counter);
    }

    private sealed class Node
    {
        public int Locked;
        public Node? Next;
    }

    // Mellor-Crummey and Scott: each waits at a node of its own.
    public static void CleanQueueLock()
    {
        Node? tail = null;
        int counter = 0;
        Each(4, _ =>
        {
            for (int i = 0; i < 50; i++)
            {
                var mine = new Node { Locked = 1 };
                Node? before = Interlocked.Exchange(ref tail, mine);
                var wait = new SpinWait();
                if (before is not null)
                {
                    Volatile.Write(ref before.Next, mine);
                    while (Volatile.Read(ref mine.Locked) == 1) { wait.SpinOnce(); }
                }

                counter++;
                if (Volatile.Read(ref mine.Next) is null && Interlocked.CompareExchange(ref tail, null, mine) == mine) { continue; }
                Node? next;
                while ((next = Volatile.Read(ref mine.Next)) is null) { wait.SpinOnce(); }
                Volatile.Write(ref next.Locked, 0);
            }
        });
        Same(200, counter);
    }

    private sealed class Snapshot
    {
        public int[] Values = [];
        public int Version;
    }

    public static void CleanReadCopyUpdate()
    {
        var current = new Snapshot { Values = [1, 2, 3] };
        object writers = new();
        long seen = 0;
        Each(5, index =>
        {
            for (int i = 0; i < 60; i++)
            {
                if (index > 1)
                {
                    Snapshot snapshot = Volatile.Read(ref current);
                    Same(3 + snapshot.Version, snapshot.Values.Length);
                    Interlocked.Add(ref seen, snapshot.Values.Length);
                    continue;
                }

                lock (writers)
                {
                    var next = new Snapshot { Values = [.. current.Values, i], Version = current.Version + 1 };
                    Volatile.Write(ref current, next);
                }
            }
        });
        Same((120, 123), (current.Version, current.Values.Length));
    }

    private static volatile bool s_stop;

    public static void CleanStopFlagThenJoin()
    {
        s_stop = false;
        var laps = new int[3];
        var threads = laps.Select((_, i) => new Thread(() => { do { laps[i]++; } while (!s_stop); })).ToArray();
        foreach (Thread thread in threads) { thread.Start(); }
        Thread.Sleep(5);
        s_stop = true;
        foreach (Thread thread in threads) { thread.Join(); }
        Same(true, laps.All(static n => n > 0));
    }

    public static unsafe void CleanNativeMemoryHandOff()
    {
        var memory = (int*)NativeMemory.AllocZeroed(256, sizeof(int));
        nint address = (nint)memory;
        using var filled = new ManualResetEventSlim();
        long sum = 0;
        Both(
            () => { for (int i = 0; i < 256; i++) { ((int*)address)[i] = i; } filled.Set(); },
            () => { filled.Wait(); for (int i = 0; i < 256; i++) { sum += ((int*)address)[i]++; } });
        for (int i = 0; i < 256; i++) { sum += memory[i]; }
        NativeMemory.Free(memory);
        Same((2 * 32640L) + 256, sum);
    }

    public static void CleanPinnedBufferHandOff()
    {
        byte[] buffer = GC.AllocateArray<byte>(512, pinned: true);
        var handle = GCHandle.Alloc(new byte[64], GCHandleType.Pinned);
        int ready = 0, sum = 0;
        Both(
            () =>
            {
                buffer.AsSpan().Fill(2);
                Marshal.WriteInt32(handle.AddrOfPinnedObject(), 40);
                ((byte[])handle.Target!)[8] = 2;
                Volatile.Write(ref ready, 1);
            },
            () =>
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref ready) == 1);
                foreach (byte b in buffer) { sum += b; }
                sum += Marshal.ReadInt32(handle.AddrOfPinnedObject()) + ((byte[])handle.Target!)[8];
            });
        handle.Free();
        Same(1066, sum);
    }
}
