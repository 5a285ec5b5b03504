using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf;

/// <summary>What is different in a binary that NativeAOT made: its code was managed, and says with attributes what is protected, not with sections.</summary>
internal sealed class NativeAot(ManagedSymbols? symbols)
{
    private const string Code = "__managedcode";

    /// <summary>The binary's assemblies, or null.</summary>
    internal ManagedSymbols? Symbols => symbols;

    /// <summary>Whether a file is such a binary, or an object of one.</summary>
    internal static bool IsIn(ElfFile file) => file.Find(Code) is { IsCode: true };

    /// <summary>Says of a function what its symbol and its section tell.</summary>
    internal void Mark(Function function)
    {
        if (symbols is not null && symbols.TryFind(function.Name, out ManagedSymbol found))
        {
            if (found.Protection is not null) { (function.Flags, function.Why) = (function.Flags | FunctionFlags.Protected, $"{found.Protection} ({found.Method})"); }
            return;
        }

        if (function.Is(FunctionFlags.Protected) || symbols?.Owns(function.Name) == true) { return; }
        if (function.Section != Code) { Allow(function, "native code of the runtime or of a library, which nothing rewrites"); }
        else if (symbols is not null) { Allow(function, "code of an assembly that was not given"); }
    }

    /// <summary>What a verdict over this binary is worth.</summary>
    internal IEnumerable<string> Notes(CallGraph graph)
    {
        if (symbols is null)
        {
            yield return "This is a NativeAOT binary, and attributes leave no trace in native code: give the assemblies that it was made of with --symbols APP.dll (again for each), and what is [NoInstrument] in them is protected here.";
            yield break;
        }

        int bodies = graph.Functions.Count(f => f.Is(FunctionFlags.Protected) && !f.Is(FunctionFlags.External)), marked = symbols.Methods.Count(m => m.Value.Protection is not null);
        yield return $"This is a NativeAOT binary: {bodies} of its functions are [NoInstrument], of {marked} such methods of {string.Join(", ", symbols.Sources.Select(Path.GetFileName))}. The others were inlined or left out. What a virtual call or a delegate can reach is seen in the assemblies: verify them too.";
        if (symbols.WithRegions.Count > 0) { yield return $"Regions leave no trace in native code, so what is called inside of them is reported too: {string.Join(", ", symbols.WithRegions)}."; }
    }

    private static void Allow(Function function, string why) => (function.Flags, function.Why) = (function.Flags | FunctionFlags.Safe, why);
}
