using System.Reflection;

namespace Ncsan.Runtime.Findings;

/// <summary>
/// The rewriter makes the checked copy of many methods a method of its own, <c>Name$checkedN</c>, with the original's N parameters in front of others. On a stack it stands for
/// the original, which it was called from and which may still be below it.
/// </summary>
internal static class CheckedMethods
{
    private const string Suffix = "$checked";

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>The method that the author wrote, or null when <paramref name="method"/> is none of the rewriter's.</summary>
    internal static MethodBase? OriginalOf(MethodBase method)
    {
        int at = method.Name.LastIndexOf(Suffix, StringComparison.Ordinal);
        if (at < 0 || method.DeclaringType is not { } type || !int.TryParse(method.Name.AsSpan(at + Suffix.Length), out int count)) { return null; }
        string name = method.Name[..at];
        string[] parameters = Types(method, count);
        foreach (MethodBase candidate in name == ".ctor" ? type.GetConstructors(Declared) : (MethodBase[])type.GetMethods(Declared))
        {
            if (candidate.Name == name && candidate.IsStatic == method.IsStatic && Arity(candidate) == Arity(method) && candidate.GetParameters().Length == count
                && Types(candidate, count).AsSpan().SequenceEqual(parameters) && (candidate as MethodInfo)?.ReturnType.ToString() is var returned && (returned is null || returned == ((MethodInfo)method).ReturnType.ToString()))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string[] Types(MethodBase method, int count) => [.. method.GetParameters().Take(count).Select(static p => p.ParameterType.ToString())];

    private static int Arity(MethodBase method) => method.IsGenericMethod ? method.GetGenericArguments().Length : 0;
}
