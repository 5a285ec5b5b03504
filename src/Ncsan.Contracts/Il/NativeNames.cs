using System.Text;
using Mono.Cecil;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il;

/// <summary>Names the methods of assemblies as the compiler of NativeAOT does: <c>App_My_Space_Type_Nested__Method_1</c>.</summary>
/// <remarks>Every character that C does not know becomes <c>_</c>; names that are the same then are numbered in the order of the metadata.</remarks>
public static class NativeNames
{
    /// <summary>Reads assemblies of which a NativeAOT binary was made.</summary>
    /// <exception cref="IlInputException">One of them cannot be read.</exception>
    public static ManagedSymbols Read(IReadOnlyList<string> assemblies)
    {
        try
        {
            using var world = new IlWorld(new IlOptions(assemblies));
            return Read(world, assemblies);
        }
        catch (Exception fault) when (fault is not IlInputException && IlWorld.IsBadImage(fault))
        {
            throw new IlInputException("NCS2302", $"{string.Join(", ", assemblies)}: the metadata contradicts itself ({fault.GetType().Name}), so it cannot say which methods are protected");
        }
    }

    private static ManagedSymbols Read(IlWorld world, IReadOnlyList<string> assemblies)
    {
        var protection = new Protection(world);
        var methods = new Dictionary<string, ManagedSymbol>(StringComparer.Ordinal);
        var prefixes = new List<string>();
        var regions = new List<string>();
        foreach (AssemblyDefinition assembly in world.Given)
        {
            string prefix = Plain(assembly.Name.Name.StartsWith("System.Private.", StringComparison.Ordinal) ? "S.P." + assembly.Name.Name["System.Private.".Length..] : assembly.Name.Name);
            prefixes.Add(prefix + "_");
            var types = new HashSet<string>(StringComparer.Ordinal);
            foreach (TypeDefinition type in assembly.MainModule.GetTypes().OrderBy(t => t.MetadataToken.RID))
            {
                string typeName = Unique($"{prefix}_{Plain(Nested(type))}", types);
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (MethodDefinition definition in type.Methods)
                {
                    string symbol = $"{typeName}__{Unique(Plain(definition.Name), names)}";
                    IlMethod method = world.Method(definition);
                    (FunctionFlags flags, string? why) = protection.Of(method);
                    bool guarded = (flags & FunctionFlags.Protected) != 0;
                    methods.TryAdd(symbol, new ManagedSymbol(method.Name, guarded ? why ?? "it is marked" : null));
                    if (guarded && method.Role == AssemblyRole.Application && HasRegion(method)) { regions.Add(method.Name); }
                }
            }
        }

        return new ManagedSymbols(assemblies, prefixes, methods, regions);
    }

    private static bool HasRegion(IlMethod method)
        => method.Body is { } body && body.Instructions.Any(i => i.Operand is MethodReference { DeclaringType.FullName: FlowBuilder.RegionType });

    private static string Nested(TypeDefinition type)
        => type.DeclaringType is { } outer ? $"{Nested(outer)}_{type.Name}" : type.Namespace.Length == 0 ? type.Name : $"{type.Namespace}.{type.Name}";

    private static string Plain(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (char c in name)
        {
            if (char.IsAsciiDigit(c) && text.Length == 0) { text.Append('_'); }
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return text.ToString();
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        string unique = name;
        for (int i = 0; !taken.Add(unique); i++) { unique = $"{name}_{i}"; }
        return unique;
    }
}
