using System.Text.RegularExpressions;
using Mono.Cecil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Memory;

/// <summary>The embedded data file Memory.contract, read. Its head explains the format.</summary>
internal static partial class MemoryContract
{
    private const string Resource = "Ncsan.Rewriter.Memory.contract";

    private static readonly Dictionary<string, List<MemoryMethod>> s_types = Load();

    /// <summary>Every method, by its type's name.</summary>
    internal static IReadOnlyDictionary<string, List<MemoryMethod>> Types => s_types;

    /// <summary>What a method does to its arguments, or null when the contract says nothing of it.</summary>
    /// <param name="type">Its type's full name.</param>
    /// <param name="method">The method.</param>
    internal static MemoryMethod? Find(string type, MethodReference method)
    {
        if (!s_types.TryGetValue(type, out var methods)) { return null; }
        string? parameters = null;
        return methods.Find(m => m.Name == method.Name && m.Parameters == (parameters ??= string.Join(", ", method.Parameters.Select(static p => Text(p.ParameterType)))));
    }

    /// <summary>Reads the text of a contract.</summary>
    /// <exception cref="FormatException">A line is not as the head of the file says.</exception>
    internal static Dictionary<string, List<MemoryMethod>> Parse(TextReader text)
    {
        var types = new Dictionary<string, List<MemoryMethod>>(StringComparer.Ordinal);
        List<MemoryMethod>? methods = null;
        for (int number = 1; text.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') { continue; }
            if (line.StartsWith("type ", StringComparison.Ordinal)) { types.Add(line[5..], methods = []); continue; }
            if (methods is null || Method().Match(line) is not { Success: true } match) { throw new FormatException($"line {number}: '{line}'"); }
            methods.Add(Of(match, number));
        }

        return types;
    }

    private static Dictionary<string, List<MemoryMethod>> Load()
    {
        using var stream = typeof(MemoryContract).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return Parse(reader);
    }

    private static MemoryMethod Of(Match match, int line)
    {
        string[] parameters = [.. Comma().Split(match.Groups[2].Value).Where(static p => p.Length > 0)];
        string[] names = [.. parameters.Select(static p => p[(p.LastIndexOf(' ') + 1)..])];
        int Number(string name) => name == "this" ? MemoryEffect.This : Array.IndexOf(names, name) is >= 0 and var at ? at : throw new FormatException($"line {line}: no parameter '{name}'");
        RunLength Length(Group group) => !group.Success ? RunLength.All
            : group.Value == "result" ? RunLength.After(ResultMeaning.Count)
            : group.Value == "found" ? RunLength.After(ResultMeaning.Index)
            : group.Value == "missed" ? RunLength.After(ResultMeaning.AllIfNegative)
            : Counter().Match(group.Value) is { Success: true } counter ? RunLength.Counted(counter.Groups[1].Value, [.. counter.Groups[2].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(Number)])
            : int.TryParse(group.Value, out int constant) ? RunLength.Exactly(constant) : RunLength.By(Number(group.Value));
        var effects = from Match effect in Effect().Matches(match.Groups[3].Value)
                      select new MemoryEffect(effect.Groups[1].Value == "writes", Number(effect.Groups[2].Value), effect.Groups[3].Success ? Number(effect.Groups[3].Value) : null, Length(effect.Groups[4]));
        return new(match.Groups[1].Value, string.Join(", ", parameters.Select(static p => p[..p.LastIndexOf(' ')])), names, [.. effects]);
    }

    /// <summary>A type as the contract writes it.</summary>
    private static string Text(TypeReference type) => type switch
    {
        GenericParameter => "T",
        ArrayType { IsVector: true } array => Text(array.ElementType) + "[]",
        ByReferenceType reference => "ref " + Text(reference.ElementType),
        GenericInstanceType generic => $"{generic.Name.Split('`')[0]}<{string.Join(", ", generic.GenericArguments.Select(Text))}>",
        _ => Names.Type(type),
    };

    [GeneratedRegex(@"^([\w.]+)\((.*)\):((?: (?:reads|writes) \w+(?:\[[^\]]+\])?)+)$")]
    private static partial Regex Method();

    [GeneratedRegex(@"(reads|writes) (\w+)(?:\[(?:(\w+), )?(\w+(?:\([\w, ]*\))?)\])?")]
    private static partial Regex Effect();

    [GeneratedRegex(@"^(\w+)\((.*)\)$")]
    private static partial Regex Counter();

    // Not those between the arguments of a generic type.
    [GeneratedRegex(@", (?![^<]*>)")]
    private static partial Regex Comma();
}
