using System.Diagnostics;
using Ncsan.Runtime.Collections;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Framework;

/// <summary>What a site inside the framework means to a user: which operation makes the access.</summary>
/// <param name="Type">The type of the framework: <c>Dictionary&lt;int, string&gt;</c>.</param>
/// <param name="Method">Its method: <c>TryInsert</c>.</param>
/// <param name="Member">What is accessed: <c>Dictionary&lt;int, string&gt;._entries</c>; the type alone where no field has a name.</param>
/// <param name="IsOfCollection">The type is documented as unsafe for use by several threads.</param>
/// <param name="Key">Its name with the parameters of the type in place of its arguments, which are not known every time.</param>
internal sealed record Operation(string Type, string Method, string Member, bool IsOfCollection, string Key)
{
    /// <summary><c>Dictionary&lt;int, string&gt;.TryInsert</c>.</summary>
    internal string Name => $"{Type}.{Method}";

    /// <summary>What it makes twice does no harm: it is no operation of a collection, or one that only asks for a property.</summary>
    internal bool MayFillCache => !IsOfCollection || Method.StartsWith("get_", StringComparison.Ordinal);

    /// <summary>The operation of a site, or null when the site is not the framework's.</summary>
    internal static Operation? Of(int number, Site? site, StackTrace? stack)
    {
        if (!FrameworkLink.IsFrameworkSite(number) || site is not { } known) { return null; }
        string method = Before(known.Method, '('), member = Before(known.Member, " (");
        int dot = LastDot(method), memberDot = LastDot(member);
        string type = dot < 0 ? "" : method[..dot], operation = method[(dot + 1)..];
        bool isField = memberDot > 0 && !member.StartsWith("ref ", StringComparison.Ordinal);
        bool isOfCollection = IsCollection(type);
        if (!isOfCollection && OfCollection(stack) is { } collections)
        {
            // What a collection has done for it by another type is an operation of the collection.
            (type, operation, isOfCollection) = (collections.Type, collections.Method, true);
        }

        string named = Close(type, stack);
        string of = !isField ? named : Close(member[..memberDot], stack) + member[memberDot..];
        return new Operation(named, operation, of, isOfCollection, $"{type}.{operation}");
    }

    /// <summary>The name of a type with its arguments, as far as the program's call tells them.</summary>
    private static string Close(string type, StackTrace? stack)
    {
        int end = EndOfParameters(type);
        if (end < 0) { return type; }
        try { return CallerTypes.Of(stack)?.Close(type[..end]) is { } closed ? closed + type[end..] : type; }
        catch (Exception fault) when (fault is NotSupportedException or InvalidOperationException or TypeLoadException or IOException or BadImageFormatException) { return type; }
    }

    // What is nested in a type has the type's parameters, and they stand with the type.
    private static int EndOfParameters(string type)
    {
        int depth = 0;
        for (int i = 0; i < type.Length; i++)
        {
            depth += type[i] == '<' ? 1 : type[i] == '>' ? -1 : 0;
            if (type[i] == '>' && depth == 0) { return i + 1; }
        }

        return -1;
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

    private static bool IsCollection(string type) => KnownCollections.ByName(EndOfParameters(type) is > 0 and var end ? type[..end] : type) is not null;

    /// <summary>The operation of a collection nearest to the access, among the frames of the framework above the program's.</summary>
    private static (string Type, string Method)? OfCollection(StackTrace? stack)
    {
        foreach (StackFrame frame in stack?.GetFrames() ?? [])
        {
            if (frame.GetMethod() is not { } method || FrameworkLink.IsOurs(method)) { continue; }
            if (!FrameworkLink.IsFramework(method)) { return null; }
            string name = Before(SourceNames.Of(method), '(');
            int dot = LastDot(name);
            if (dot > 0 && IsCollection(name[..dot])) { return (name[..dot], name[(dot + 1)..]); }
        }

        return null;
    }
}
