using System.Collections;

namespace Ncsan.Cli.Tests.EmitSubjects;

/// <summary>Public members of every shape, for the calls that <c>--emit</c> writes. Nothing runs them.</summary>
public class Shapes(ISource source, Mode mode = Mode.Slow)
{
    public event EventHandler? Changed;

    public int Plain { get; set; }

    public string this[int row, string column]
    {
        get => column + row;
        set => Changed?.Invoke(this, EventArgs.Empty);
    }

    public static Shapes Make() => new(new Source());

    public static void Static(DateTime when, ReadOnlySpan<byte> bytes) => GC.KeepAlive(when);

    public Task<int> Async(CancellationToken cancel) => Task.FromResult(mode == Mode.Slow ? 1 : 2);

    public async ValueTask AsyncValue() => await Task.Yield();

    public IEnumerable<int> Iterate(int count)
    {
        for (int i = 0; i < count; i++) { yield return i; }
    }

    public async IAsyncEnumerable<int> IterateLater()
    {
        await Task.Yield();
        yield return source.Next();
    }

    public bool Try(string text, out int value) => int.TryParse(text, out value);

    public void ByReference(ref int value) => value++;

    public void With(Func<int, string> name, Action done, IEnumerable<Shapes> others, Mode? how) => done();

    public T Generic<T>(T value, List<T> more)
        where T : IComparable<T> => value;

    public void Optional(int first, int second = 2, params int[] rest) => Plain = first;
}

public enum Mode
{
    Slow,
    Fast,
}

public interface ISource
{
    int Next();
}

public sealed class Source : ISource, IDisposable
{
    private int _next;

    public int Next() => _next++;

    void IDisposable.Dispose() => _next = 0;
}

public class Cache<TKey, TValue> : IEnumerable
    where TKey : notnull
    where TValue : class, new()
{
    public TValue Get(TKey key) => new();

    public IEnumerator GetEnumerator()
    {
        yield return 1;
    }

    public sealed class Entry(Cache<TKey, TValue> owner)
    {
        public void Drop() => GC.KeepAlive(owner);
    }
}

public sealed class Built
{
    private Built() { }

    public int Size() => 1;

    public sealed class Builder
    {
        public Built Build() => new();
    }
}

public sealed class Unbuilt
{
    private Unbuilt() { }

    public int Size() => 1;
}

internal sealed class Hidden
{
    public void Call() { }
}
