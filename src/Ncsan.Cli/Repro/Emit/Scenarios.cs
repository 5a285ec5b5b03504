using Mono.Cecil;
using Ncsan.Reporting;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>The ways to drive public API into a finding, the likeliest first.</summary>
/// <remarks>
/// Of each stack the innermost public method is what a program of its own would call: two threads, one method each, on shared objects. Where the racing code is reached
/// only on threads that the code itself starts, the public method that starts them is called once.
/// </remarks>
internal sealed class Scenarios(PublicApi api)
{
    /// <summary>How far out on either stack it is worth looking.</summary>
    private const int MostEntries = 3;

    /// <summary>Why there are none, or no more.</summary>
    public string Why { get; private set; } = "";

    public IEnumerable<Scenario> Of(Finding finding)
    {
        if (finding.Accesses is not [var one, var other]) { Why = "only one of its accesses is known"; yield break; }
        MethodDefinition[] first = Public(one.Stack), second = Public(other.Stack);
        var pairs = from a in Enumerable.Range(0, first.Length) from b in Enumerable.Range(0, second.Length) orderby a + b, Math.Abs(a - b) select (first[a], second[b]);
        foreach (var (a, b) in pairs)
        {
            foreach (bool sharesReceiver in new[] { true, false })
            {
                if (!sharesReceiver && a.IsStatic && b.IsStatic) { continue; }
                if (TwoThreads(a, b, sharesReceiver) is { } scenario) { yield return scenario; }
            }
        }

        foreach (MethodDefinition starter in Starters(one, first).Intersect(Starters(other, second)).Take(MostEntries))
        {
            if (OneCall(starter) is { } scenario) { yield return scenario; }
        }

        if (Why.Length == 0) { Why = first.Length == 0 ? Private(one) : second.Length == 0 ? Private(other) : ""; }
    }

    private Scenario? TwoThreads(MethodDefinition a, MethodDefinition b, bool sharesReceiver)
    {
        var maker = new ObjectMaker(api);
        var calls = new Calls(maker, sharesReceiver);
        if (calls.Statement(a) is not { } first || calls.Statement(b) is not { } second)
        {
            Why = calls.Why;
            return null;
        }

        string said = a == b ? $"two threads call {Names.Method(a)}" : $"one thread calls {Names.Method(a)}, another one {Names.Method(b)}";
        return new Scenario(said + On(maker), maker.Shared, first, second, maker.Modules);
    }

    private Scenario? OneCall(MethodDefinition starter)
    {
        var maker = new ObjectMaker(api);
        var calls = new Calls(maker, sharesReceiver: true);
        if (calls.Statement(starter) is not { } call)
        {
            Why = calls.Why;
            return null;
        }

        return new Scenario($"{Names.Method(starter)} starts the threads itself", maker.Shared, call, null, maker.Modules);
    }

    private static string On(ObjectMaker maker) => maker.Shared.Count == 0 ? "" : $" on one {string.Join(" and one ", maker.Shared.Select(static s => Names.Type(s.Type)))}";

    /// <summary>The innermost, which asks for the least; the outermost, which the application itself calls; and what is between, from the inside.</summary>
    private MethodDefinition[] Public(IEnumerable<Frame> stack)
    {
        MethodDefinition[] all = [.. stack.Select(f => api.Find(f.Method)).OfType<MethodDefinition>().Distinct()];
        return all.Length < 2 ? all : [.. new[] { all[0], all[^1] }.Concat(all[1..^1]).Take(MostEntries)];
    }

    /// <summary>Public methods that were running when the thread of an access was started, or, as it may be the starting thread itself, at the access.</summary>
    private IEnumerable<MethodDefinition> Starters(Access access, MethodDefinition[] entries)
    {
        IReadOnlyList<Frame> created = access.Thread?.CreatedAt ?? [];
        return entries.Concat(access.Stack.Concat(created).Select(f => api.FindHolder(f.Method)).OfType<MethodDefinition>()).Concat(Public(created));
    }

    private static string Private(Access access) => $"{access.Top.Method} is reached through nothing that is public";
}
