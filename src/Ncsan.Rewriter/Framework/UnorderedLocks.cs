using Mono.Cecil;

namespace Ncsan.Rewriter.Framework;

/// <summary>The framework's own locks that the validator is not told of: the audited list in Unordered.locks.</summary>
internal static class UnorderedLocks
{
    private static readonly HashSet<string> s_spaces = [], s_types = [], s_exceptions = [];

    static UnorderedLocks()
    {
        using var reader = new StreamReader(typeof(UnorderedLocks).Assembly.GetManifestResourceStream("Ncsan.Rewriter.Unordered.locks")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var kind, var name]) { (kind == "space" ? s_spaces : kind == "but" ? s_exceptions : s_types).Add(name); }
        }
    }

    /// <summary>The types of the list, for the check that each is still there.</summary>
    internal static IEnumerable<string> Types => s_types.Concat(s_exceptions);

    /// <summary>Whether the locks that a method takes are left out.</summary>
    internal static bool Cover(MethodDefinition method)
    {
        var type = method.DeclaringType;
        while (type.DeclaringType is { } outer) { type = outer; }
        return s_types.Contains(type.FullName) || (s_spaces.Contains(type.Namespace) && !s_exceptions.Contains(type.FullName));
    }
}
