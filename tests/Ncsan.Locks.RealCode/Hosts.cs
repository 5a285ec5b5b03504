using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ncsan.Locks.RealCode;

/// <summary>The generic host: start-up, services at work, a configuration file that changes, shutdown.</summary>
internal static class Hosts
{
    internal static async Task RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("ncsan-host-").FullName;
        string settings = Path.Combine(folder, "appsettings.json");
        await File.WriteAllTextAsync(settings, """{ "Work": { "Size": 1 }, "Logging": { "LogLevel": { "Default": "Debug" } } }""");
        try
        {
            HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = folder, Args = ["--Work:Name=command"] });
            builder.Logging.ClearProviders().AddProvider(new Silent());
            builder.Services.Configure<WorkOptions>(builder.Configuration.GetSection("Work"));
            builder.Services.AddSingleton<Store>().AddScoped<Unit>().AddTransient<Part>();
            builder.Services.AddHostedService<Pump>().AddHostedService<Watcher>();
            builder.Services.AddSingleton<Lazy<Store>>(services => new(services.GetRequiredService<Store>));
            using IHost host = builder.Build();
            await host.StartAsync();
            var monitor = host.Services.GetRequiredService<IOptionsMonitor<WorkOptions>>();
            int changes = 0;
            using (monitor.OnChange(_ => Interlocked.Increment(ref changes)))
            {
                await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
                {
                    await using AsyncServiceScope scope = host.Services.CreateAsyncScope();
                    scope.ServiceProvider.GetRequiredService<Unit>().Work(i);
                    scope.ServiceProvider.GetRequiredService<Lazy<Store>>().Value.Add(i);
                    if (i % 20 == 0) { ((IConfigurationRoot)builder.Configuration).Reload(); }
                })));
                await File.WriteAllTextAsync(settings, """{ "Work": { "Size": 2 } }""");
                for (int i = 0; i < 50 && monitor.CurrentValue.Size != 2; i++) { await Task.Delay(20); }
            }

            host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            await host.WaitForShutdownAsync();
            await host.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class WorkOptions
    {
        public int Size { get; set; }

        public string? Name { get; set; }
    }

    private sealed class Store(ILogger<Store> log)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<int, int> _counts = [];

        public void Add(int key)
        {
            lock (_gate) { _counts[key % 7] = _counts.GetValueOrDefault(key % 7) + 1; }
            log.LogDebug("added {Key}", key);
        }
    }

    private sealed class Unit(Store store, Part part, IOptionsSnapshot<WorkOptions> options) : IAsyncDisposable
    {
        public void Work(int i)
        {
            store.Add(i * options.Value.Size);
            part.Use();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Part(IServiceProvider services) : IDisposable
    {
        public void Use() => _ = services.GetRequiredService<IOptionsMonitor<WorkOptions>>().CurrentValue;

        public void Dispose()
        {
        }
    }

    private sealed class Pump(Store store) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
            try { while (await timer.WaitForNextTickAsync(stoppingToken)) { store.Add(1); } }
            catch (OperationCanceledException)
            {
                // The host stops.
            }
        }
    }

    private sealed class Watcher(IHostApplicationLifetime lifetime, IServiceScopeFactory scopes, IConfiguration configuration) : IHostedLifecycleService
    {
        private readonly object _gate = new();
        private int _seen;

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(See);
            lifetime.ApplicationStopping.Register(See);
            Microsoft.Extensions.Primitives.ChangeToken.OnChange(configuration.GetReloadToken, See);
            return Task.CompletedTask;
        }

        public async Task StartedAsync(CancellationToken cancellationToken)
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<Unit>().Work(0);
        }

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private void See() { lock (_gate) { _seen++; } }
    }

    private sealed class Silent : ILoggerProvider, ILogger
    {
        private readonly Lock _gate = new();
        private int _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_gate) { _lines += formatter(state, exception).Length; }
        }

        public void Dispose()
        {
        }
    }
}
