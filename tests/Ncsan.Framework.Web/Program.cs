using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.Loader;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

// What an instrumented framework has to stand: a minimal API on Kestrel that answers requests of HttpClient on loopback, processes, a file watcher, load
// contexts. Checks every answer, and ends with 0.
int requests = args.Length > 0 ? int.Parse(args[0]) : 10_000;
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
await using var app = builder.Build();
app.MapGet("/square/{n:int}", (int n) => new Answer(n, (long)n * n));
await app.StartAsync();
string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
using (var client = new HttpClient { BaseAddress = new Uri(address) })
{
    int right = 0;
    await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, token) =>
    {
        var answer = await client.GetFromJsonAsync<Answer>($"/square/{n}", token);
        if (answer?.Square == (long)n * n) { Interlocked.Increment(ref right); }
    });
    Expect(right == requests, $"{right} right answers");
}

await app.StopAsync();

using (var echo = Process.Start(new ProcessStartInfo("/bin/echo", "hello") { RedirectStandardOutput = true })!)
{
    Expect((await echo.StandardOutput.ReadToEndAsync()).Trim() == "hello", "process");
    await echo.WaitForExitAsync();
}

string folder = Directory.CreateTempSubdirectory("ncsan-watch-").FullName;
using (var watcher = new FileSystemWatcher(folder))
{
    var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    watcher.Created += (_, _) => seen.TrySetResult();
    watcher.EnableRaisingEvents = true;
    await File.WriteAllTextAsync(Path.Combine(folder, "new"), "text");
    await seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
}

Directory.Delete(folder, recursive: true);
for (int i = 0; i < 20; i++)
{
    var context = new AssemblyLoadContext("c" + i, isCollectible: true);
    Expect(context.LoadFromAssemblyPath(typeof(Program).Assembly.Location) != typeof(Program).Assembly, "load context");
    context.Unload();
}

Console.WriteLine("all right");
return 0;

static void Expect(bool holds, string what)
{
    if (!holds) { throw new InvalidOperationException(what); }
}

/// <summary>What the server says.</summary>
internal sealed record Answer(int Number, long Square);
