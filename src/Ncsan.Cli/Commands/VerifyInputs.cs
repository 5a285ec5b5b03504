using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Elf.Reading;
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
            if (!File.Exists(path)) { throw new InputException("NCS2001", Directory.Exists(path) ? $"'{path}' is a folder; name the files." : $"there is no file '{path}'."); }
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
