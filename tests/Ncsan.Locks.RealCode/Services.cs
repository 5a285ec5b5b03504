using Microsoft.Extensions.DependencyInjection;

namespace Ncsan.Locks.RealCode;

/// <summary>Dependency injection alone: singletons that need each other, made from many threads at once, in scopes that come and go.</summary>
internal static class Services
{
    internal static async Task RunAsync()
    {
        var services = new ServiceCollection();
        services.AddSingleton<Root>().AddSingleton<Left>().AddSingleton<Right>().AddScoped<Leaf>().AddTransient(typeof(Box<>)).AddKeyedSingleton("a", (_, _) => new Deep()).AddKeyedScoped<Deep>("b");
        services.AddSingleton<Deep>(provider => { lock (provider.GetRequiredService<Root>()) { return new Deep(); } });
        await using ServiceProvider provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (int n = 0; n < 25; n++)
            {
                await using AsyncServiceScope scope = provider.CreateAsyncScope();
                Type[] wanted = [typeof(Left), typeof(Right), typeof(Box<Leaf>)];
                _ = scope.ServiceProvider.GetRequiredService(wanted[(n + i) % 3]);
                _ = scope.ServiceProvider.GetRequiredService<Deep>();
                _ = scope.ServiceProvider.GetRequiredKeyedService<Deep>(n % 2 == 0 ? "a" : "b");
                _ = scope.ServiceProvider.GetServices<Root>().Count();
            }
        })));
    }

    private sealed class Root;

    private sealed class Deep;

    private sealed class Left(Root root)
    {
        internal Root Root => root;
    }

    private sealed class Right(Root root, Left left, IServiceProvider services)
    {
        internal object All => (root, left, services.GetRequiredService<Deep>());
    }

    private sealed class Leaf(Right right) : IDisposable
    {
        public void Dispose() => _ = right.All;
    }

    private sealed class Box<T>(T item)
    {
        internal T Item => item;
    }
}
