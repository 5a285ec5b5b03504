using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Akka.Actor;
using LiteDB;
using Nito.AsyncEx;
using Quartz;
using Quartz.Impl;
using Serilog;

namespace Ncsan.Locks.RealCode;

/// <summary>Libraries that take many locks, driven by several threads as their manuals say.</summary>
internal static class Libraries
{
    private const int Workers = 4;

    private static Task Each(Func<int, Task> work) => Task.WhenAll(Enumerable.Range(0, Workers).Select(i => Task.Run(() => work(i))));

    /// <summary>Async locks of every kind, a queue and a countdown.</summary>
    internal static async Task AsyncLocks()
    {
        var gate = new Nito.AsyncEx.AsyncLock();
        var readers = new AsyncReaderWriterLock();
        int count = 0;
        await Each(async worker =>
        {
            for (int i = 0; i < 40; i++)
            {
                using (await gate.LockAsync()) { count++; await Task.Yield(); }
                if (i % 5 == 0) { using (gate.Lock()) { count++; } }
                using (worker % 2 == 0 ? await readers.ReaderLockAsync() : await readers.WriterLockAsync()) { await Task.Yield(); }
            }
        });
        var queue = new AsyncProducerConsumerQueue<int>(5);
        var producer = Task.Run(async () => { for (int i = 0; i < 50; i++) { await queue.EnqueueAsync(i); } queue.CompleteAdding(); });
        while (await queue.OutputAvailableAsync()) { await queue.DequeueAsync(); count++; }
        await producer;
        var countdown = new AsyncCountdownEvent(Workers);
        await Each(async _ => { countdown.Signal(); await countdown.WaitAsync(); });
        if (count != (Workers * 48) + 50) { throw new InvalidOperationException($"{count}"); }
    }

    /// <summary>Subjects, schedulers and operators with gates of their own.</summary>
    internal static async Task Observables()
    {
        var subject = new Subject<int>();
        var all = subject.ObserveOn(TaskPoolScheduler.Default).Buffer(10).Select(static part => part.Count).Sum().RunAsync(default);
        var one = Subject.Synchronize(subject);
        await Each(async _ => { for (int i = 0; i < 100; i++) { one.OnNext(i); } await Task.Yield(); });
        one.OnCompleted();
        int merged = await Observable.Merge(Observable.Range(0, 100).SubscribeOn(TaskPoolScheduler.Default), Observable.Interval(TimeSpan.FromMilliseconds(1)).Take(20).Select(static i => (int)i)).Count();
        if (await all != Workers * 100 || merged != 120) { throw new InvalidOperationException($"{merged}"); }
    }

    /// <summary>A scheduler, its thread pool and its store.</summary>
    internal static async Task Jobs()
    {
        Quartz.IScheduler scheduler = await new StdSchedulerFactory(new System.Collections.Specialized.NameValueCollection { ["quartz.scheduler.instanceName"] = Guid.NewGuid().ToString() }).GetScheduler();
        await scheduler.Start();
        for (int i = 0; i < Workers; i++)
        {
            await scheduler.ScheduleJob(JobBuilder.Create<Job>().Build(), TriggerBuilder.Create().StartNow().WithSimpleSchedule(x => x.WithInterval(TimeSpan.FromMilliseconds(10)).WithRepeatCount(5)).Build());
        }

        await Task.Delay(200);
        await scheduler.Shutdown(waitForJobsToComplete: true);
    }

    /// <summary>Actors, their dispatchers and their guardians.</summary>
    internal static async Task Actors()
    {
        ActorSystem system = ActorSystem.Create("system");
        IActorRef echo = system.ActorOf(Props.Create(() => new Echo()));
        int[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => echo.Ask<int>(i, TimeSpan.FromSeconds(60))));
        await system.Terminate();
        if (answers.Sum() != 4950) { throw new InvalidOperationException(); }
    }

    /// <summary>A log that writes to a file in the background.</summary>
    internal static async Task Logs()
    {
        string path = Path.GetTempFileName();
        using (var log = new LoggerConfiguration().WriteTo.Async(sinks => sinks.File(path)).CreateLogger())
        {
            await Each(async worker => { for (int i = 0; i < 100; i++) { log.ForContext("worker", worker).Information("{Number}", i); } await Task.Yield(); });
        }

        int lines = File.ReadLines(path).Count();
        File.Delete(path);
        if (lines != Workers * 100) { throw new InvalidOperationException($"{lines}"); }
    }

    /// <summary>A database in memory.</summary>
    internal static async Task Documents()
    {
        using var database = new LiteDatabase(new MemoryStream());
        var documents = database.GetCollection<Document>();
        documents.EnsureIndex(static d => d.Name);
        await Each(async worker => { for (int i = 0; i < 30; i++) { documents.Insert(new Document { Name = $"{worker}-{i}" }); } await Task.Yield(); });
        if (documents.Count() != Workers * 30) { throw new InvalidOperationException(); }
    }

    public sealed class Document
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }

    public sealed class Job : IJob
    {
        public Task Execute(IJobExecutionContext context) => Task.Delay(5);
    }

    public sealed class Echo : ReceiveActor
    {
        private int _count;

        public Echo()
        {
            Receive<int>(number =>
            {
                _count++;
                Sender.Tell(number);
            });
        }
    }
}
