// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>The runs of one map told apart: by the object that its code is about, whose fields say which locks it takes, or each by itself where it is given something that may say so.</summary>
/// <remarks>Static code is about nothing: what it takes is either static as well, and then the only one of its class, or made by each run for itself.</remarks>
internal static class Runs
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly ConditionalWeakTable<LockInstance, ConditionalWeakTable<object, LockInstance>> s_byMap = [];
    private static readonly ConcurrentDictionary<Type, Machine> s_machines = new();

    /// <summary>The map of the runs that are about what this one is about, or null where that is not known.</summary>
    /// <param name="map">The map of all of them.</param>
    /// <param name="run">What runs, as the stack of a thread or a wait names it.</param>
    internal static LockInstance? Of(LockInstance map, object run)
    {
        if (About(run) is not { } about || IsOfStaticLambdas(about.GetType().Name)) { return null; }
        return s_byMap.GetValue(map, static _ => []).GetValue(about, _ => LockValidation.Validator.AddRun(map.Class));
    }

    private static object? About(object run) => run switch
    {
        MapBody body => body.About,
        IAsyncBody body => body.Inner is { } inner ? About(inner) : body.Target,
        Thread thread => Maps.BodyOf(thread)?.About,
        Task task when s_machines.GetOrAdd(task.GetType(), static type => new Machine(type)) is { Field: not null } machine => machine.About(task),
        Task { AsyncState: IAsyncBody body } => About(body),
        Task task => Maps.BodyOf(task)?.About,
        _ => null,
    };

    /// <summary>The compiler's one object that lambdas are bound to which capture nothing.</summary>
    private static bool IsOfStaticLambdas(string type) => type.StartsWith("<>c", StringComparison.Ordinal) && !type.StartsWith("<>c__DisplayClass", StringComparison.Ordinal);

    /// <summary>What is known of the tasks of an async method.</summary>
    private sealed class Machine
    {
        private readonly FieldInfo? _this;
        private readonly bool _takes;

        /// <summary>Where a task keeps its state machine. Null for a task of anything else.</summary>
        internal FieldInfo? Field { get; }

        internal Machine(Type task)
        {
            if (!task.Name.Contains("StateMachineBox", StringComparison.Ordinal)) { return; }
            Field = task.GetField("StateMachine", Fields);
            Type? type = Field?.FieldType;
            _this = type?.GetField("<>4__this", Fields);

            // The compiler gives a parameter its own name, and anything else one that nobody can write.
            _takes = type is not null && Array.Exists(type.GetFields(Fields), static field => field.Name[0] != '<' && field.FieldType != typeof(CancellationToken));
        }

        /// <summary>The task itself where the method is given something, which may be a lock or lead to one. Null once a task that has ended no longer says.</summary>
        internal object? About(Task task) => _takes ? task : _this is not null && Field!.GetValue(task) is { } machine ? _this.GetValue(machine) : null;
    }
}
