// One program for all tests of the verbs: its first argument says what it does.

var account = new Account();
switch (args.FirstOrDefault())
{
    case "exit":
        return int.Parse(args[1]);
    case "echo":
        Console.WriteLine($"cwd {Environment.CurrentDirectory}");
        Console.WriteLine($"in {Console.In.ReadToEnd().Trim()}");
        Console.WriteLine($"args {string.Join('|', args[1..])}");
        Console.WriteLine($"content {File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "content.txt"))}");
        Console.Error.WriteLine("to stderr");
        return 0;
    case "where":
        Console.WriteLine(AppContext.BaseDirectory);
        Console.WriteLine(Environment.ProcessPath);
        return 0;
    case "race":
        Race(account);
        return 0;
    case "apart" or "apart-crash":
        var early = new Thread(() => account.Balance = 1);
        var late = new Thread(() => { Thread.Sleep(1500); account.Balance = 2; });
        early.Start();
        late.Start();
        early.Join();
        late.Join();
        if (args[0] == "apart-crash") { throw new InvalidOperationException("crashed on purpose"); }
        return 0;
    case "harm":
        Harm.Of(args[1]);
        return 0;
    case "joined":
        var writer = new Thread(account.Withdraw);
        writer.Start();
        writer.Join();
        account.Withdraw();
        return 0;
    case "rendezvous":
        using (Ncsan.Annotations.Rendezvous.Between(args[1], args[2]))
        {
            var first = new Thread(account.Withdraw);
            var second = new Thread(() => { Thread.Sleep(300); account.Withdraw(); });
            first.Start();
            second.Start();
            first.Join();
            second.Join();
        }

        return 0;
    case "orders":
    case "hang":
        var locks = new[] { new object(), new object() };
        var other = new Thread(() => { lock (locks[0]) { Thread.Sleep(200); lock (locks[1]) { } } });
        other.Start();
        if (args[0] == "orders") { other.Join(); }
        lock (locks[1]) { Thread.Sleep(200); lock (locks[0]) { } }
        other.Join();
        return 0;
    case "crash":
        Race(account);
        throw new InvalidOperationException("crashed on purpose");
    case "fail-fast":
        Race(account);
        Environment.FailFast("failed fast on purpose");
        return 0;
    case "forever":
        Race(account);
        Console.WriteLine("ready");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    case "graceful":
        using (var stop = new ManualResetEventSlim())
        {
            Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Set(); };
            Console.WriteLine("ready");
            stop.Wait();
            Console.WriteLine("stopped");
            return 5;
        }

    case "threads":
        var threads = Enumerable.Range(0, 1000).Select(_ => new Thread(() => { lock (account) { account.Balance--; } }, 256 * 1024)).ToArray();
        foreach (var thread in threads) { thread.Start(); }
        foreach (var thread in threads) { thread.Join(); }
        Console.WriteLine($"balance {account.Balance}");
        return 0;
    default:
        Console.WriteLine("Hello");
        return 0;
}

// Two threads that count down one field without a lock, until a watchpoint has surely met them.
static void Race(Account account)
{
    var tellers = new[] { "teller-1", "teller-2" }.Select(name => new Thread(() => { for (int i = 0; i < 1_000_000; i++) { account.Balance--; } }) { Name = name }).ToArray();
    foreach (var teller in tellers) { teller.Start(); }
    foreach (var teller in tellers) { teller.Join(); }
}

internal sealed class Account
{
    public int Balance = 1000;

    public void Withdraw() => Balance--;
}
