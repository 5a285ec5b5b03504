// A bank whose tellers pay out at the same time. Each pays 1 a million times from 10,000,000;
// at the end the balance should be 8,000,000, and it is not.

var account = new Account(10_000_000);
Thread[] tellers = [Teller("teller-1"), Teller("teller-2")];
foreach (Thread teller in tellers) { teller.Start(); }
foreach (Thread teller in tellers) { teller.Join(); }
Console.WriteLine($"balance {account.Balance}");

Thread Teller(string name) => new(() =>
{
    for (int i = 0; i < 1_000_000; i++) { account.Withdraw(1); }
}) { Name = name };

internal sealed class Account(int balance)
{
    private int _balance = balance;

    public int Balance => _balance;

    public void Withdraw(int amount)
    {
        if (_balance >= amount)
        {
            _balance -= amount;
        }
    }
}
