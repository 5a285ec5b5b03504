// What the sample findings point into. It is read as text, never compiled.
public sealed class Account
{
    private static Account s_default;

    public static Account Default => s_default ??= new Account();

    private int _balance = 100;
    public int Balance => _balance;
    public void Withdraw(int amount)
    {
        _balance -= amount;
    }
}

public sealed class Bank
{
    public void Run()
    {
        new Thread(() =>
            Transfer(_a, 40)).Start();
    }

    public static void Main(string[] args) => new Bank().Run();

    public void Log(int amount)
    {
        _entries.Add(amount);
    }

    public int Last() => _entries[^1];
}
