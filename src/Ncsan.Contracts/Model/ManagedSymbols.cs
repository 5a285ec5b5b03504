namespace Ncsan.Contracts.Model;

/// <summary>What a symbol of a NativeAOT binary was compiled from.</summary>
/// <param name="Method">The method as its author wrote it.</param>
/// <param name="Protection">Why it is protected, or null if it is not.</param>
public readonly record struct ManagedSymbol(string Method, string? Protection);

/// <summary>What the symbols of a NativeAOT binary were compiled from: an attribute such as <c>[NoInstrument]</c> leaves no trace in native code.</summary>
/// <param name="Sources">The assemblies that were read, as the user named them.</param>
/// <param name="Prefixes">What the symbols of each of those assemblies begin with.</param>
/// <param name="Methods">Their methods by symbol, generic arguments left out.</param>
/// <param name="WithRegions">Protected methods that open regions: native code does not show where.</param>
public sealed record ManagedSymbols(
    IReadOnlyList<string> Sources, IReadOnlyList<string> Prefixes, IReadOnlyDictionary<string, ManagedSymbol> Methods, IReadOnlyList<string> WithRegions)
{
    /// <summary>Whether a symbol is of one of the assemblies.</summary>
    public bool Owns(string symbol) => Prefixes.Any(p => symbol.StartsWith(p, StringComparison.Ordinal));

    /// <summary>What a symbol was compiled from; all instantiations of a generic method are one method.</summary>
    public bool TryFind(string symbol, out ManagedSymbol found) => Methods.TryGetValue(WithoutArguments(symbol), out found);

    // List_1<System___Canon>__Add<Int32> is List_1__Add.
    private static string WithoutArguments(string symbol)
    {
        if (!symbol.Contains('<')) { return symbol; }
        var text = new System.Text.StringBuilder(symbol.Length);
        int depth = 0;
        foreach (char c in symbol)
        {
            if (c == '<') { depth++; }
            else if (c == '>') { depth = Math.Max(0, depth - 1); }
            else if (depth == 0) { text.Append(c); }
        }

        return text.ToString();
    }
}
