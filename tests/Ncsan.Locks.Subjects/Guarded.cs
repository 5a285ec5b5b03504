namespace Ncsan.Locks.Subjects;

/// <summary>A field that a lock guards but for one forgotten place: a data race, whose finding says which lock.</summary>
public static class Guarded
{
    private sealed class Account
    {
        private readonly object _gate = new();
        private int _balance;

        internal void Deposit()
        {
            lock (_gate) { _balance++; }
        }

        internal int Balance => _balance;
    }

    [Case] public static void Guarded_but_for_one_read()
    {
        var account = new Account();
        void Work()
        {
            for (int i = 0; i < 40_000; i++)
            {
                account.Deposit();
                if (i % 64 == 0 && account.Balance < 0) { throw new InvalidOperationException("a balance below zero"); }
            }
        }

        Case.AtOnce(Work, Work);
    }
}
