using Xunit;

namespace Subject;

public class BankTests
{
    private int _balance = 1000;

    [Fact]
    public void LosesUpdates()
    {
        var tellers = new Thread[2];
        for (int i = 0; i < tellers.Length; i++)
        {
            tellers[i] = new Thread(() => { for (int j = 0; j < 1_000_000; j++) { _balance--; } });
            tellers[i].Start();
        }

        foreach (var teller in tellers) { teller.Join(); }
    }

    [Fact]
    public async Task LosesUpdatesAsync()
    {
        await Task.Yield();
        var clerk = new Clerk();
        using var together = new Barrier(2);
        await Task.WhenAll(Task.Run(() => clerk.Work(together)), Task.Run(() => clerk.Work(together)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Passes(int number)
    {
        Assert.InRange(number, 1, 2);
    }

    [Fact]
    public void Fails() => Assert.Fail("on purpose");

    private sealed class Clerk
    {
        public int Papers;

        public void Work(Barrier together)
        {
            together.SignalAndWait();
            for (int i = 0; i < 1_000_000; i++) { Papers++; }
        }
    }
}
