using Xunit;

namespace Ncsan.Bench.Suite;

/// <summary>Tests whose threads touch one object a few milliseconds apart: in every order that there is, enforced in ways that the sanitizer does not know, and not at all.</summary>
public sealed class NearlyMeeting
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, 12)];

    [Theory, MemberData(nameof(Numbers))]
    public void OneAfterTheOtherByAJoin(int number)
    {
        var shelf = new Shelf();
        var other = new Thread(() => shelf.Put(number));
        other.Start();
        other.Join();
        shelf.Put(number);
        Assert.Equal(2, shelf.Count);
    }

    [Theory, MemberData(nameof(Numbers))]
    public void ByATurnThatIsWaitedFor(int number)
    {
        var shelf = new Shelf();
        int turn = 0;
        var other = new Thread(() =>
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref turn) == 1);
            shelf.Take(number);
        });
        other.Start();
        shelf.Put(number);
        Volatile.Write(ref turn, 1);
        other.Join();
        Assert.Equal(0, shelf.Count);
    }

    [Theory, MemberData(nameof(Numbers))]
    public void ByTimeAlone(int number)
    {
        var shelf = new Shelf();
        var other = new Thread(() => { Thread.Sleep(5 + number); shelf.Count += 2; });
        other.Start();
        shelf.Put(number);
        other.Join();
        Assert.InRange(shelf.Count, 1, 3);
    }

    private sealed class Shelf
    {
        public int Count, Last;

        public void Put(int what)
        {
            Count++;
            Last = what;
        }

        public void Take(int what)
        {
            Count--;
            Last = -what;
        }
    }
}
