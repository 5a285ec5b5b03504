using Ncsan.Locks.RealCode;

// Runs the named programs, each the given number of times: `RealCode 3 host channels`.
int times = int.Parse(args[0]);
foreach (string name in args[1..])
{
    for (int i = 0; i < times; i++)
    {
        await (name switch
        {
            "host" => Hosts.RunAsync(),
            "services" => Services.RunAsync(),
            "configuration" => Configurations.RunAsync(),
            "channels" => ChannelPipelines.RunAsync(),
            "dataflow" => Dataflows.RunAsync(),
            "async-locks" => Libraries.AsyncLocks(),
            "observables" => Libraries.Observables(),
            "jobs" => Libraries.Jobs(),
            "actors" => Libraries.Actors(),
            "logs" => Libraries.Logs(),
            "documents" => Libraries.Documents(),
            _ => throw new ArgumentException($"no program is called {name}"),
        });
    }
}

return 0;
