using System.Reflection;
using Ncsan.Locks.Subjects;

// Runs the named cases, each the given number of times: `Subjects 20 Silent` runs everything whose name begins with Silent.
int times = int.Parse(args[0]);
foreach (string prefix in args[1..])
{
    var cases = typeof(Case).Assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
        .Where(method => method.GetCustomAttribute<CaseAttribute>() is not null && method.Name.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
    if (cases.Length == 0) { throw new ArgumentException($"no case begins with {prefix}"); }
    foreach (MethodInfo one in cases)
    {
        for (int i = 0; i < times; i++)
        {
            object? result = one.Invoke(null, null);
            if (result is Task task) { await task; }
        }
    }
}

return 0;
