using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Il;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Report;
using Ncsan.Contracts.Rules;

namespace Ncsan.Cli.Commands;

/// <summary>A program that was read for verification.</summary>
internal sealed record VerifyInput(CallGraph Graph, Profile Profile, string? Facts, IDisposable Owner) : IDisposable
{
    /// <summary>The functions that a user's name stands for. Names of native code are exact.</summary>
    public Func<string, IReadOnlyList<string>> Find { get; init; } = name => [name];

    public void Dispose() => Owner.Dispose();
}

/// <summary>What beside the file itself tells how to read it.</summary>
internal sealed record VerifyInputs(string[] Sections, string[] Profiles, string[] Symbols, string? Types, ManagedInputs Managed)
{
    /// <summary>What is verified as one: all managed assemblies together, every native file alone.</summary>
    public static IEnumerable<string[]> Programs(string[] files)
    {
        string[] managed = [.. files.Where(ManagedInputs.IsManaged)];
        if (managed.Length > 0) { yield return managed; }
        foreach (string file in files.Except(managed)) { yield return [file]; }
    }

    /// <summary>Reads one program.</summary>
    /// <exception cref="InputException">It cannot be verified.</exception>
    public VerifyInput Open(string[] files)
    {
        string file = files[0];
        if (ManagedInputs.IsManaged(file)) { return Managed.Open(files, Profile("managed")); }
        foreach (string path in (string[])[file, .. Symbols, .. Types is null ? (string[])[] : [Types]])
        {
            if (!File.Exists(path)) { throw new InputException("NCS2001", $"there is no file '{path}'."); }
        }

        try
        {
            bool native = ElfFrontEnd.IsNativeAot(file);
            Profile profile = Profile(native ? "nativeaot" : "linux");
            ElfFrontEnd elf = ElfFrontEnd.Open(file, profile, Companions(file, native));
            return new VerifyInput(elf.Graph, profile, $"{elf.Instructions:N0} instructions", elf);
        }
        catch (ElfException wrong)
        {
            throw new InputException(wrong.Id, wrong.Message);
        }
        catch (IlInputException wrong)
        {
            throw new InputException(wrong.Id, wrong.Message);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new InputException("NCS2302", $"{file} cannot be read: {wrong.Message}");
        }
    }

    private ElfCompanions Companions(string file, bool native)
    {
        if (native)
        {
            if (Symbols.FirstOrDefault(s => !ManagedInputs.IsManaged(s)) is { } other) { throw new InputException("NCS2306", $"{other} is no assembly; {file} is a NativeAOT binary, whose --symbols are the assemblies that it was made of."); }
            return new ElfCompanions(Types: Types, Managed: Symbols.Length == 0 ? null : NativeNames.Read(Symbols));
        }

        if (Symbols.Length > 1) { throw new InputException("NCS2307", "a module has one companion; give --symbols once."); }
        return new ElfCompanions(Symbols.SingleOrDefault(), Types);
    }

    private Profile Profile(string shipped)
    {
        Profile profile = Ncsan.Contracts.Rules.Profile.Shipped(shipped)!;
        foreach (string path in Profiles)
        {
            if (!File.Exists(path)) { throw new InputException("NCS2001", $"there is no profile '{path}'."); }
            using var reader = new StreamReader(path);
            try { profile.Add(reader, path); }
            catch (FormatException wrong) { throw new InputException("NCS2308", wrong.Message); }
        }

        foreach (string section in Sections) { profile.Add("section", section); }
        return profile;
    }
}

/// <summary>What of it to show: the verdict, or the lists that were asked for.</summary>
internal sealed record VerifyViews(bool Slots, bool Copies, string[] Recursion, string[] Listing, bool Json)
{
    /// <summary>No list was asked for.</summary>
    public bool IsVerdict => !Slots && !Copies && Recursion.Length == 0 && Listing.Length == 0;

    /// <summary>Shows the lists; true if one of them is a broken contract.</summary>
    public bool Show(VerifyInput input)
    {
        bool broken = false;
        Print(output =>
        {
            var lists = new ListReports(output);
            if (Slots) { lists.Slots(input.Graph); }
            if (Copies) { lists.Copies(input.Graph); }
            foreach (string name in Listing)
            {
                bool any = false;
                foreach (string found in input.Find(name)) { any |= lists.Listing(input.Graph, found); }
                if (!any) { throw new InputException("NCS2309", $"{input.Graph.Name} has no function '{name}'."); }
            }

            broken = Recursion.Length > 0 && ShowRecursion(input, output, lists);
        });
        return broken;
    }

    private bool ShowRecursion(VerifyInput input, TextWriter output, ListReports lists)
    {
        var rule = new RecursionRule(input.Profile, [.. Recursion.SelectMany(r => r == "hooks" ? [r] : input.Find(r))]);
        try
        {
            if (Json)
            {
                var violations = rule.Check(input.Graph).ToList();
                WriteJson(input.Graph, violations);
                return violations.Count > 0;
            }

            Recursion found = rule.Search(input.Graph);
            lists.Recursion(input.Graph, found);
            return found.Frontier.Count > 0;
        }
        catch (ArgumentException wrong)
        {
            throw new InputException("NCS2309", $"{input.Graph.Name} has no function '{wrong.Message}' to search from; 'hooks' stands for the sanitizer's hooks.");
        }
    }

    /// <summary>Prints to standard output, in one go.</summary>
    public static void Print(Action<TextWriter> write)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        write(output);
    }

    /// <summary>Prints one JSON object.</summary>
    public static void WriteJson(CallGraph graph, IReadOnlyList<Violation> violations)
    {
        using Stream stream = Console.OpenStandardOutput();
        using (var json = new System.Text.Json.Utf8JsonWriter(stream, new System.Text.Json.JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonReport.Write(json, graph, violations);
        }

        stream.WriteByte((byte)'\n');
    }
}
