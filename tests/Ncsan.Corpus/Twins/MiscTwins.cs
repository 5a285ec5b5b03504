using System.Text;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Events, iterators, LINQ, records, exceptions, dispose, strings, pattern matching, checked arithmetic.</summary>
public static class MiscTwins
{
    private sealed class Source
    {
        public event Action? Fired;

        public Action? Plain;

        public void Fire() => Fired?.Invoke();

        public void FireCopy()
        {
            Action? fired = Fired;
            if (fired is not null) { fired(); }
        }

        public void FireReadTwice()
        {
            if (Fired is not null) // race[TestRaceEventReadTwice]: read Source.Fired
            {
                Fired(); // race[TestRaceEventReadTwice]: read Source.Fired
            }
        }

        public void Clear() => Fired = null; // race[TestRaceEventReadTwice]: write Source.Fired
    }

    // A field-like event adds and removes handlers by compare-exchange.
    public static void TestNoRaceEventAdd()
    {
        var source = new Source();
        Each(2, _ => source.Fired += static () => { });
        source.Fire();
    }

    public static void TestNoRaceEventFire()
    {
        var source = new Source();
        Action handler = static () => { };
        source.Fired += handler;
        Both(
            () => source.Fired -= handler,
            source.Fire,
            source.FireCopy);
    }

    public static void TestRaceEventReadTwice()
    {
        var source = new Source();
        source.Fired += static () => { };
        Both(
            source.Clear,
            () => { try { source.FireReadTwice(); } catch (NullReferenceException) { /* what such an event does */ } });
    }

    public static void TestRaceDelegateFieldAdd()
    {
        var source = new Source();
        Both(
            () => source.Plain += static () => { }, // race: read|write Source.Plain
            () => source.Plain += static () => { }); // race: read|write Source.Plain
    }

    public static void TestRaceDelegateFieldInvoke()
    {
        var source = new Source();
        Both(
            () => source.Plain = static () => { }, // race: write Source.Plain
            () => source.Plain?.Invoke()); // race: read Source.Plain
    }

    private static IEnumerable<int> Count()
    {
        int made = 0;
        while (made < 3)
        {
            made++;
            yield return made;
        }
    }

    public static void TestNoRaceIteratorsApart() => Each(2, _ => Same(6, Count().Sum()));

    public static void TestNoRaceIteratorEnumeratedByTwo()
    {
        IEnumerable<int> count = Count();
        Each(2, _ => Same(6, count.Sum()));
    }

    public static void TestRaceDeferredLinq()
    {
        int factor = 1;
        IEnumerable<int> query = new[] { 1, 2 }.Select(v => v * factor); // race: read factor
        Both(
            () => Use(query.Sum()),
            () => factor = 3); // race: write factor
    }

    public static void TestNoRaceMaterialisedLinq()
    {
        int factor = 1;
        int[] query = [.. new[] { 1, 2 }.Select(v => v * factor)];
        Both(
            () => Same(3, query.Sum()),
            () => factor = 3);
    }

    private sealed record Person(string Name, int Age)
    {
        public int Visits { get; set; } // race[TestRaceRecordProperty]: read|write Person.Visits
    }

    public static void TestNoRaceRecordWith()
    {
        var person = new Person("a", 1);
        Each(2, index => Same(index, (person with { Age = index }).Age));
    }

    public static void TestRaceRecordProperty()
    {
        var person = new Person("a", 1);
        Both(
            () => person.Visits++,
            () => person.Visits++);
    }

    private sealed class Resource : IDisposable
    {
        private bool _disposed;
        private StringBuilder? _text = new("x");

        public int Length => _text!.Length; // race[TestRaceDisposeAndUse]: read *

        public void Dispose()
        {
            if (_disposed) { return; } // race[TestRaceDisposeTwice]: read Resource._disposed
            _disposed = true; // race[TestRaceDisposeTwice]: write Resource._disposed
            _text = null; // race[TestRaceDisposeTwice,TestRaceDisposeAndUse]: write Resource._text
        }
    }

    public static void TestRaceDisposeTwice()
    {
        var resource = new Resource();
        Both(resource.Dispose, resource.Dispose);
    }

    public static void TestRaceDisposeAndUse()
    {
        var resource = new Resource();
        Both(
            () => Use(resource.Length),
            resource.Dispose);
    }

    public static void TestNoRaceStrings()
    {
        string text = "shared";
        Each(2, index => Same("shared" + index, text + index));
    }

    public static void TestRaceStringPieces()
    {
        string[] parts = ["a", "b"];
        Both(
            () => Use(string.Join(',', parts[0], parts[1])), // race: read string[]
            () => parts[1] = "c"); // race: write string[]
    }

    private sealed class Node
    {
        public Node? Next;
        public int Value;
    }

    public static void TestRaceLinkedNodes()
    {
        var head = new Node { Next = new Node() };
        Both(
            () => head.Next = new Node { Value = 1 }, // race: write Node.Next
            () => Use(head.Next?.Value)); // race: read Node.Next
    }

    public static void TestNoRaceLinkedNodesReadOnly()
    {
        var head = new Node { Next = new Node { Value = 4 } };
        Each(2, _ => Same(4, head.Next!.Value));
    }

    public static void TestRacePatternMatch()
    {
        var node = new Node();
        Both(
            () => Use(node is { Value: > 3 }), // race: read Node.Value
            () => node.Value = 5); // race: write Node.Value
    }

    public static void TestRaceSwitchOnField()
    {
        var node = new Node();
        Both(
            () => { switch (node.Value) { case 1: Use(1); break; case 2: Use(2); break; default: Use(0); break; } }, // race: read Node.Value
            () => node.Value = 2); // race: write Node.Value
    }

    public static void TestRaceExceptionFilter()
    {
        var node = new Node();
        Both(
            () => { try { throw new FormatException(); } catch (FormatException) when (node.Value >= 0) { } }, // race: read Node.Value
            () => node.Value = 2); // race: write Node.Value
    }

    public static void TestRaceInsideFinally()
    {
        var node = new Node();
        Both(
            () => { try { Use(0); } finally { node.Value = 1; } }, // race: write Node.Value
            () => { try { Use(0); } finally { node.Value = 2; } }); // race: write Node.Value
    }

    public static void TestRaceCheckedArithmetic()
    {
        var node = new Node();
        Both(
            () => { checked { node.Value += 7; } }, // race: read|write Node.Value
            () => node.Value = 1); // race: write Node.Value
    }

    private static T Read<T>(ref T location) => location; // race[TestRaceGenericMethod]: read *

    public static void TestRaceGenericMethod()
    {
        var node = new Node();
        Both(
            () => Use(Read(ref node.Value)),
            () => node.Value = 1); // race: write *
    }

    private sealed class Cell<T>
    {
        public T? Value;
    }

    public static void TestRaceGenericClassField()
    {
        var cell = new Cell<long>();
        Both(
            () => cell.Value = 1, // race: write Cell<
            () => cell.Value = 2); // race: write Cell<
    }

    public static void TestRaceGenericClassReference()
    {
        var cell = new Cell<string>();
        Both(
            () => cell.Value = "a", // race: write Cell<
            () => Use(cell.Value)); // race: read Cell<
    }

    public static void TestNoRaceGenericClassesApart() => Each(2, index =>
    {
        var cell = new Cell<int> { Value = index };
        Same(index, cell.Value);
    });

    public static void TestRaceTaskLocalStatic()
    {
        int length = 0;
        Each(2, index =>
        {
            int[] mine = new int[index + 1];
            length = mine.Length; // race: write length
        });
    }

    public static void TestNoRaceThreadLocal()
    {
        using var local = new ThreadLocal<int>(() => 5);
        Each(2, index => { local.Value += index; Same(5 + index, local.Value); });
    }

    public static void TestNoRaceCancellationCallback()
    {
        int value = 0;
        using var source = new CancellationTokenSource();
        using var called = new ManualResetEventSlim();
        using CancellationTokenRegistration registration = source.Token.Register(() => { value = 1; called.Set(); });
        Both(
            source.Cancel,
            () => { called.Wait(); Same(1, value); });
    }

    public static void TestRaceCancellationCallback()
    {
        int value = 0;
        using var source = new CancellationTokenSource();
        using CancellationTokenRegistration registration = source.Token.Register(() => value = 1); // race: write value
        Both(
            source.Cancel,
            () => value = 2); // race: write value
    }
}
