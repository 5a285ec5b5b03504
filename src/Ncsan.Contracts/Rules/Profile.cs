namespace Ncsan.Contracts.Rules;

/// <summary>
/// What names mean in the world of the input: which sections are protected, which functions are hooks, where a search for recursion is cut. Data, not
/// code: a shipped file, and any number of the user's on top of it.
/// </summary>
public sealed class Profile
{
    private static readonly string[] s_kinds = ["section", "hook", "safe", "made", "noreturn", "cut", "keep", "open", "type"];

    private readonly Dictionary<string, Patterns> _patterns = s_kinds.ToDictionary(k => k, _ => new Patterns());

    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    /// <summary>The shipped profile of this name, or null.</summary>
    public static Profile? Shipped(string name)
    {
        using Stream? stream = typeof(Profile).Assembly.GetManifestResourceStream($"Ncsan.Contracts.Profiles.{name}.profile");
        if (stream is null) { return null; }
        var profile = new Profile();
        using var reader = new StreamReader(stream);
        profile.Add(reader, $"{name}.profile");
        return profile;
    }

    /// <summary>Adds the facts of a file to this profile.</summary>
    /// <exception cref="FormatException">A line is not a fact; the message is a sentence with its place.</exception>
    public void Add(TextReader reader, string name)
    {
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            int hash = line.IndexOf('#');
            string[] words = (hash < 0 ? line : line[..hash]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) { continue; }
            if (words.Length != 2 || !_patterns.TryGetValue(words[0], out Patterns? patterns))
            {
                throw new FormatException($"{name}({number}): expected KIND PATTERN, where KIND is one of {string.Join(", ", s_kinds)}; found \"{line.Trim()}\".");
            }

            if (words[0] == "type" && words[1].Split('=') is [var table, var type]) { _types[table] = type; }
            patterns.Add(words[1], hash < 0 ? null : line[(hash + 1)..].Trim());
        }
    }

    /// <summary>Adds one fact.</summary>
    public void Add(string kind, string pattern) => _patterns[kind].Add(pattern, null);

    /// <summary>Code in this section is protected.</summary>
    public bool IsProtectedSection(string section) => _patterns["section"].Match(section, out _);

    /// <summary>This function is a sanitizer's hook.</summary>
    public bool IsHook(string function) => _patterns["hook"].Match(function, out _);

    /// <summary>Protected code may call this function; why.</summary>
    public bool IsSafe(string function, out string? reason) => _patterns["safe"].Match(function, out reason);

    /// <summary>A compiler or the build makes this body.</summary>
    public bool IsMade(string function) => _patterns["made"].Match(function, out _);

    /// <summary>This function does not return.</summary>
    public bool IsNoReturn(string function) => _patterns["noreturn"].Match(function, out _);

    /// <summary>The type of a table whose variable the type information does not list; its own name without a line for it.</summary>
    public string TypeOf(string table) => _types.GetValueOrDefault(table, table);

    /// <summary>The search for recursion does not enter this function; why.</summary>
    public bool IsCut(string function, out string? reason) => IsCut(function, out _, out reason);

    /// <summary>The search for recursion does not enter this function; by which line, and why.</summary>
    public bool IsCut(string function, out string? pattern, out string? reason)
        => _patterns["cut"].Match(function, out pattern, out reason) && !_patterns["keep"].Match(function, out _);

    /// <summary>A call in this function that cannot be resolved whole is known of and accepted; why.</summary>
    public bool IsOpen(string function, out string? reason) => _patterns["open"].Match(function, out reason);

    /// <summary>The lines of a kind that matched nothing yet: they speak of what is no more there.</summary>
    public IEnumerable<string> Unused(string kind) => _patterns[kind].Unused;

    /// <summary>Names and patterns, the exact ones by hash and the others by what stands before their first star.</summary>
    private sealed class Patterns
    {
        private readonly Dictionary<string, string?> _exact = new(StringComparer.Ordinal);
        private readonly List<(string Pattern, string? Reason)> _wild = [];
        private readonly HashSet<string> _used = new(StringComparer.Ordinal);

        internal void Add(string pattern, string? reason)
        {
            if (pattern.Contains('*')) { _wild.Add((pattern, reason)); }
            else { _exact[pattern] = reason; }
        }

        internal IEnumerable<string> Unused => _exact.Keys.Concat(_wild.Select(w => w.Pattern)).Where(p => !_used.Contains(p));

        internal bool Match(string name, out string? reason) => Match(name, out _, out reason);

        internal bool Match(string name, out string? matched, out string? reason)
        {
            matched = name;
            if (!_exact.TryGetValue(name, out reason))
            {
                (matched, reason) = _wild.Find(w => Matches(name, w.Pattern));
                if (matched is null) { return false; }
            }

            _used.Add(matched);
            return true;
        }

        private static bool Matches(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
        {
            int star = pattern.IndexOf('*');
            if (star < 0) { return name.SequenceEqual(pattern); }
            if (!name.StartsWith(pattern[..star])) { return false; }
            ReadOnlySpan<char> rest = pattern[(star + 1)..];
            if (rest.IsEmpty) { return true; }
            for (int i = star; i <= name.Length; i++)
            {
                if (Matches(name[i..], rest)) { return true; }
            }

            return false;
        }
    }
}
