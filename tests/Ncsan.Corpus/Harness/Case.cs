using System.Reflection;
using Ncsan.Annotations;

namespace Ncsan.Corpus.Harness;

/// <summary>One case: a public static method without parameters, in a namespace below <c>Ncsan.Corpus</c>, whose name says the verdict.</summary>
[NoInstrument]
public sealed record Case(string Name, MethodInfo Method, Action Body)
{
    /// <summary>Every case by its name.</summary>
    public static readonly IReadOnlyDictionary<string, Case> All = Find().ToDictionary(c => c.Name, StringComparer.Ordinal);

    /// <summary>The group that the case belongs to: <c>Twins</c>, <c>Clean</c> or <c>Conformance</c>.</summary>
    public string Group => Method.DeclaringType!.Namespace!.Split('.')[^1];

    private static IEnumerable<Case> Find()
        => from type in typeof(Case).Assembly.GetTypes()
           where type is { IsPublic: true, IsAbstract: true, IsSealed: true } && type.Namespace is string space && space.StartsWith("Ncsan.Corpus.", StringComparison.Ordinal) && !space.EndsWith("Harness", StringComparison.Ordinal)
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
           where method.GetParameters().Length == 0 && !method.IsSpecialName
           select new Case(method.Name, method, BodyOf(method));

    private static Action BodyOf(MethodInfo method)
    {
        if (method.ReturnType == typeof(void)) { return method.CreateDelegate<Action>(); }
        var body = method.CreateDelegate<Func<Task>>();
        return () => body().GetAwaiter().GetResult();
    }
}
