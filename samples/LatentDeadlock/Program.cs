// Two threads take two locks in opposite orders, but never at the same time: this run ends well, an unlucky one hangs.
// `ncsan run` reports it all the same, from the two orders alone.
var bank = new Bank();

var deposits = new Thread(bank.Deposit) { Name = "deposits" };
deposits.Start();
deposits.Join();

var audits = new Thread(bank.Audit) { Name = "audits" };
audits.Start();
audits.Join();

Console.WriteLine($"balance {bank.Balance}, {bank.Entries} entries");

internal sealed class Bank
{
    private readonly object _accounts = new();
    private readonly Lock _journal = new();

    public int Balance { get; private set; }

    public int Entries { get; private set; }

    public void Deposit()
    {
        lock (_accounts)
        {
            Balance += 100;
            Write();
        }
    }

    public void Audit()
    {
        lock (_journal)
        {
            lock (_accounts)
            {
                Entries += Balance;
            }
        }
    }

    private void Write()
    {
        lock (_journal)
        {
            Entries++;
        }
    }
}
