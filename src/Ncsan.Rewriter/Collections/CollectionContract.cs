namespace Ncsan.Rewriter.Collections;

/// <summary>The embedded data file Collections.contract, read. Its head explains the format.</summary>
internal static class CollectionContract
{
    private const string Resource = "Ncsan.Rewriter.Collections.contract";

    private static readonly Dictionary<string, CollectionType> s_types = Load();

    /// <summary>Every type, by its name.</summary>
    internal static IReadOnlyDictionary<string, CollectionType> Types => s_types;

    /// <summary>The type of this name as Mono.Cecil writes it, or null.</summary>
    internal static CollectionType? Find(string cecilName) => s_types.GetValueOrDefault(cecilName.Replace('/', '+'));

    /// <summary>Reads the text of a contract.</summary>
    /// <exception cref="FormatException">A line is not as the head of the file says.</exception>
    internal static Dictionary<string, CollectionType> Parse(TextReader text)
    {
        var types = new Dictionary<string, CollectionType>(StringComparer.Ordinal);
        Dictionary<string, MemberEffect>? members = null;
        for (int number = 1; text.ReadLine() is { } line; number++)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#') { continue; }
            if (words.Length < 2) { throw new FormatException($"line {number}: '{line}'"); }
            if (words[0] == "type")
            {
                members = new(StringComparer.Ordinal);
                types.Add(words[1], Type(words, members));
            }
            else
            {
                (members ?? throw new FormatException($"line {number}: a member before any type")).Add(words[1], Member(words, number));
            }
        }

        return types;
    }

    private static Dictionary<string, CollectionType> Load()
    {
        using var stream = typeof(CollectionContract).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return Parse(reader);
    }

    private static CollectionType Type(string[] words, Dictionary<string, MemberEffect> members)
    {
        bool Says(string word) => Array.IndexOf(words, word, 2) >= 0;
        ReceiverKind kind = Says("struct") ? ReceiverKind.Struct : Says("interface") ? ReceiverKind.Interface : Says("static") ? ReceiverKind.Static : ReceiverKind.Object;
        return new(words[1], kind, Says("open"), Says("partial"), members);
    }

    private static MemberEffect Member(string[] words, int number)
    {
        CollectionEffect effect = words[0] switch
        {
            "read" => CollectionEffect.Read,
            "write" => CollectionEffect.Write,
            "none" => CollectionEffect.None,
            _ => throw new FormatException($"line {number}: '{words[0]}' is none of read, write, none"),
        };
        int overloads = words.Length > 2 && words[2][0] == '*' ? int.Parse(words[2].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) : 1;
        return new(effect, overloads, words[^1] == "args");
    }
}
