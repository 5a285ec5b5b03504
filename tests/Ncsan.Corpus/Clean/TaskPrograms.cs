using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs that are right by the order of tasks: await, continuations, completion sources, parallel loops, PLINQ.</summary>
public static class TaskPrograms
{
    private sealed class Account
    {
        public int Balance;
        public List<int> History = [];
    }

    public static async Task CleanAwaitHops()
    {
        var account = new Account();
        for (int i = 0; i < 50; i++)
        {
            await Task.Run(() => { account.Balance++; account.History.Add(i); });
            account.Balance++;
            await Task.Yield();
        }

        Same((100, 50), (account.Balance, account.History.Count));
    }

    public static async Task CleanWhenAllOwnResults()
    {
        int[][] parts = await Task.WhenAll(Enumerable.Range(0, 8).Select(part => Task.Run(() =>
        {
            int[] mine = new int[100];
            for (int i = 0; i < 100; i++) { mine[i] = part * 100 + i; }
            return mine;
        })));
        Same(319600L, parts.Sum(p => (long)p.Sum()));
    }

    public static async Task CleanWhenAnyThenAll()
    {
        var accounts = Enumerable.Range(0, 4).Select(_ => new Account()).ToArray();
        List<Task<Account>> running = [.. accounts.Select(a => Task.Run(() => { for (int i = 0; i < 100; i++) { a.Balance++; } return a; }))];
        int sum = 0;
        while (running.Count > 0)
        {
            Task<Account> first = await Task.WhenAny(running);
            running.Remove(first);
            sum += (await first).Balance;
        }

        Same(400, sum);
    }

    public static async Task CleanWhenEach()
    {
        int sum = 0;
        await foreach (Task<int> task in Task.WhenEach(Enumerable.Range(0, 16).Select(i => Task.Run(() => i)))) { sum += await task; }
        Same(120, sum);
    }

    public static async Task CleanContinuationChain()
    {
        var account = new Account();
        Task chain = Task.CompletedTask;
        for (int i = 0; i < 100; i++) { chain = chain.ContinueWith(_ => account.Balance++, TaskScheduler.Default); }
        await chain;
        Same(100, account.Balance);
    }

    public static async Task CleanTaskCompletionSource()
    {
        Account? account = null;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int>[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () => { await ready.Task; return account!.Balance; }))];
        account = new Account { Balance = 12 };
        ready.SetResult();
        Same(48, (await Task.WhenAll(readers)).Sum());
    }

    public static async Task CleanAsyncLocalFlows()
    {
        var flow = new AsyncLocal<Account>();
        async Task<int> Work(int seed)
        {
            flow.Value = new Account { Balance = seed };
            for (int i = 0; i < 20; i++) { await Task.Yield(); flow.Value.Balance++; }
            return flow.Value.Balance;
        }

        Same(80 + 6, (await Task.WhenAll(Task.Run(() => Work(0)), Task.Run(() => Work(1)), Task.Run(() => Work(2)), Task.Run(() => Work(3)))).Sum());
    }

    public static async Task CleanAsyncEnumerable()
    {
        static async IAsyncEnumerable<Account> Accounts(int count)
        {
            for (int i = 0; i < count; i++) { await Task.Yield(); yield return new Account { Balance = i }; }
        }

        static async Task<int> Sum()
        {
            int sum = 0;
            await foreach (Account account in Accounts(50)) { account.Balance++; sum += account.Balance; }
            return sum;
        }

        Same(2550, (await Task.WhenAll(Task.Run(Sum), Task.Run(Sum))).Sum());
    }

    public static async Task CleanAsyncMutualExclusionByChain()
    {
        var account = new Account();
        Task tail = Task.CompletedTask;
        object gate = new();
        Task Enqueue(Func<Task> work) { lock (gate) { return tail = tail.ContinueWith(_ => work(), TaskScheduler.Default).Unwrap(); } }
        await BothAsync(
            async () => { for (int i = 0; i < 30; i++) { await Enqueue(async () => { account.Balance++; await Task.Yield(); account.Balance++; }); } },
            async () => { for (int i = 0; i < 30; i++) { await Enqueue(async () => { await Task.Yield(); account.Balance++; }); } });
        Same(90, account.Balance);
    }

    public static void CleanParallelForOwnSlots()
    {
        double[] roots = new double[4000];
        Parallel.For(0, roots.Length, i => roots[i] = Math.Sqrt(i));
        Same(63.0, roots[3969]);
    }

    public static void CleanParallelForLocals()
    {
        long total = 0;
        object gate = new();
        Parallel.For(0, 4000, static () => new Account(), static (i, _, mine) => { mine.Balance += i; return mine; }, mine => { lock (gate) { total += mine.Balance; } });
        Same(7998000L, total);
    }

    public static void CleanParallelForEachPartitions()
    {
        int[] values = [.. Enumerable.Range(0, 2000)];
        int[] doubled = new int[2000];
        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(0, 2000, 100), range => { for (int i = range.Item1; i < range.Item2; i++) { doubled[i] = 2 * values[i]; } });
        Same(3998000, doubled.Sum());
    }

    public static void CleanParallelInvoke()
    {
        int[] values = new int[300];
        Parallel.Invoke(() => values.AsSpan(0, 100).Fill(1), () => values.AsSpan(100, 100).Fill(2), () => values.AsSpan(200, 100).Fill(3));
        Same(600, values.Sum());
    }

    public static async Task CleanParallelForEachAsync()
    {
        var sums = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (value, _) => { await Task.Yield(); sums.AddOrUpdate(value % 4, value, (_, old) => old + value); });
        Same(19900, sums.Values.Sum());
    }

    public static void CleanPlinq()
    {
        var lookup = Enumerable.Range(0, 3000).AsParallel().Where(i => i % 3 == 0).Select(i => new Account { Balance = i }).GroupBy(a => a.Balance % 2).ToDictionary(g => g.Key, g => g.Sum(a => a.Balance));
        Same(1498500, lookup.Values.Sum());
    }

    public static void CleanPlinqOrdered()
    {
        int[] ordered = [.. Enumerable.Range(0, 2000).AsParallel().AsOrdered().Select(i => i * 2).Where(i => i % 4 == 0)];
        Same(true, ordered.SequenceEqual(Enumerable.Range(0, 1000).Select(i => i * 4)));
    }

    public static void CleanTaskTree()
    {
        static int Fibonacci(int n)
        {
            if (n < 2) { return n; }
            Task<int> left = Task.Run(() => Fibonacci(n - 1));
            return Fibonacci(n - 2) + left.Result;
        }

        Same(55, Fibonacci(10));
    }

    public static void CleanParallelMergeSort()
    {
        int[] values = [.. Enumerable.Range(0, 2000).Select(i => i * 7919 % 2003)];
        int[] scratch = new int[values.Length];
        void Sort(int from, int to)
        {
            if (to - from < 200) { Array.Sort(values, from, to - from); return; }
            int middle = (from + to) / 2;
            Parallel.Invoke(() => Sort(from, middle), () => Sort(middle, to));
            int left = from, right = middle;
            for (int i = from; i < to; i++) { scratch[i] = left < middle && (right >= to || values[left] <= values[right]) ? values[left++] : values[right++]; }
            Array.Copy(scratch, from, values, from, to - from);
        }

        Sort(0, values.Length);
        for (int i = 1; i < values.Length; i++) { Same(true, values[i - 1] <= values[i]); }
    }

    public static async Task CleanExclusiveScheduler()
    {
        var pair = new ConcurrentExclusiveSchedulerPair();
        var account = new Account();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Factory.StartNew(() => { account.Balance++; account.History.Add(i); }, CancellationToken.None, TaskCreationOptions.None, pair.ExclusiveScheduler)));
        Same((100, 100), (account.Balance, account.History.Count));
    }
}
