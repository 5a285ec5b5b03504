using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Framework;

/// <summary>The framework's own races that are meant to be: the audited list in Benign.races.</summary>
internal static class BenignRaces
{
    private static readonly HashSet<string> s_types = [], s_fields = [], s_methods = [];

    private static readonly bool s_statics;

    static BenignRaces()
    {
        using var reader = new StreamReader(typeof(BenignRaces).Assembly.GetManifestResourceStream("Ncsan.Rewriter.Benign.races")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("statics ", StringComparison.Ordinal)) { s_statics = true; continue; }
            if (line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var kind, var name]) { (kind switch { "type" => s_types, "method" => s_methods, _ => s_fields }).Add(name); }
        }
    }

    /// <summary>Every name of the list, for the check that each is still there.</summary>
    internal static IEnumerable<string> Types => s_types;

    /// <summary>The methods of the list.</summary>
    internal static IEnumerable<string> Methods => s_methods;

    /// <summary>The fields of the list.</summary>
    internal static IEnumerable<string> Fields => s_fields;

    /// <summary>Whether what a method accesses counts as marked, whatever it is.</summary>
    internal static bool Covers(MethodDefinition method)
    {
        if (s_methods.Contains(method.DeclaringType.FullName + "." + method.Name)) { return true; }
        for (TypeDefinition? type = method.DeclaringType; type is not null; type = type.DeclaringType) { if (s_types.Contains(type.FullName)) { return true; } }
        return false;
    }

    /// <summary>Whether what an op accesses counts as marked, by its field or that of the address.</summary>
    internal static bool Covers(Op op) => IsNamed(op) || (op.Inputs is [{ Producer: { } producer }, ..] && op.Code is not Code.Ldfld and not Code.Stfld && IsNamed(producer));

    private static bool IsNamed(Op op) => (s_statics && op.Code is Code.Ldsfld or Code.Stsfld or Code.Ldsflda) || (s_fields.Count > 0 && op.Operand is FieldReference field && s_fields.Contains(field.DeclaringType.GetElementType().FullName + "." + field.Name));
}
