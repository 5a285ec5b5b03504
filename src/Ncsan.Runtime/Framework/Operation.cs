using System.Diagnostics;
using Ncsan.Runtime.Collections;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Framework;

/// <summary>What a site inside the framework means to a user: which operation makes the access.</summary>
/// <param name="Type">The type of the framework: <c>Dictionary&lt;TKey, TValue&gt;</c>.</param>
/// <param name="Method">Its method: <c>TryInsert</c>.</param>
/// <param name="Member">What is accessed: <c>Dictionary&lt;TKey, TValue&gt;.Entry.hashCode</c>; the type alone where no field has a name.</param>
/// <param name="IsOfCollection">The type is documented as unsafe for use by several threads.</param>
internal sealed record Operation(string Type, string Method, string Member, bool IsOfCollection)
{
    /// <summary><c>Dictionary&lt;TKey, TValue&gt;.TryInsert</c>.</summary>
    internal string Name => $"{Type}.{Method}";

    /// <summary>The operation of a site, or null when the site is not the framework's.</summary>
    internal static Operation? Of(int number, Site? site, StackTrace? stack)
    {
        if (!FrameworkLink.IsFrameworkSite(number) || site is not { } known) { return null; }
        string method = Before(known.Method, '('), member = Before(known.Member, " (");
        int dot = LastDot(method);
        string type = dot < 0 ? "" : method[..dot];
        bool isField = member.LastIndexOf('.') > 0 && !member.StartsWith("ref ", StringComparison.Ordinal);
        return new Operation(type, method[(dot + 1)..], isField ? member : type, IsCollection(stack));
    }

    private static string Before(string text, char end) => text.IndexOf(end) is > 0 and var at ? text[..at] : text;

    private static string Before(string text, string end) => text.IndexOf(end, StringComparison.Ordinal) is > 0 and var at ? text[..at] : text;

    // The dots within generic arguments are none of its own, and a constructor's name begins with one.
    private static int LastDot(string name)
    {
        int depth = 0;
        for (int i = name.Length - 1; i > 0; i--)
        {
            depth += name[i] == '>' ? 1 : name[i] == '<' ? -1 : 0;
            if (name[i] == '.' && depth == 0) { return name[i - 1] == '.' ? i - 1 : i; }
        }

        return -1;
    }

    private static bool IsCollection(StackTrace? stack)
    {
        foreach (StackFrame frame in stack?.GetFrames() ?? [])
        {
            if (frame.GetMethod() is not { DeclaringType: { } type } method || FrameworkLink.IsOurs(method)) { continue; }
            return FrameworkLink.IsFramework(method) && KnownCollections.KnownBase(type) is { } known && KnownCollections.RoleOf(known) != CollectionRole.None;
        }

        return false;
    }
}
