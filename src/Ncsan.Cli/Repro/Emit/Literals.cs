using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>What the application itself passes to a method where it passes constants: better than anything that can be made up.</summary>
internal sealed class Literals
{
    private readonly Dictionary<string, string?[]> _byMethod = new(StringComparer.Ordinal);

    public Literals(ModuleDefinition? application)
    {
        foreach (MethodDefinition method in application?.GetTypes().SelectMany(static t => t.Methods).Where(static m => m.HasBody) ?? [])
        {
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (instruction.OpCode.FlowControl == FlowControl.Call && instruction.Operand is MethodReference { HasParameters: true } called) { Note(called, instruction); }
                else if (instruction.OpCode == OpCodes.Newobj && instruction.Operand is MethodReference { HasParameters: true } constructor) { Note(constructor, instruction); }
            }
        }
    }

    /// <summary>A C# literal for an argument, or null.</summary>
    public string? Of(MethodReference method, int parameter) => _byMethod.TryGetValue(Key(method), out string?[]? known) ? known[parameter] : null;

    private void Note(MethodReference called, Instruction call)
    {
        var literals = new string?[called.Parameters.Count];
        Instruction? at = call.Previous;
        for (int i = literals.Length - 1; i >= 0 && at is not null && Text(at, called.Parameters[i].ParameterType) is { } text; i--, at = at.Previous) { literals[i] = text; }
        if (literals[^1] is null) { return; }
        string key = Key(called);
        if (!_byMethod.TryGetValue(key, out string?[]? known) || known.Count(static l => l is not null) < literals.Count(static l => l is not null)) { _byMethod[key] = literals; }
    }

    // By name and not by type: the program may call what it sees as an interface.
    private static string Key(MethodReference method) => $"{method.Name}({string.Join(',', method.Parameters.Select(static p => p.ParameterType.FullName))}){(method.Name == ".ctor" ? method.DeclaringType.FullName : "")}";

    private static string? Text(Instruction at, TypeReference type) => type.MetadataType switch
    {
        MetadataType.String when at.OpCode == OpCodes.Ldstr => Quoted((string)at.Operand),
        MetadataType.Boolean when Integer(at) is 0 or 1 => Integer(at) == 1 ? "true" : "false",
        MetadataType.Int32 when Integer(at) is { } number => number.ToString(CultureInfo.InvariantCulture),
        MetadataType.Int64 when at.OpCode == OpCodes.Ldc_I8 => ((long)at.Operand).ToString(CultureInfo.InvariantCulture),
        MetadataType.Double when at.OpCode == OpCodes.Ldc_R8 && double.IsFinite((double)at.Operand) => ((double)at.Operand).ToString("R", CultureInfo.InvariantCulture),
        _ => null,
    };

    private static int? Integer(Instruction at) => at.OpCode.Code switch
    {
        Code.Ldc_I4 => (int)at.Operand,
        Code.Ldc_I4_S => (sbyte)at.Operand,
        Code.Ldc_I4_M1 => -1,
        >= Code.Ldc_I4_0 and <= Code.Ldc_I4_8 => at.OpCode.Code - Code.Ldc_I4_0,
        _ => null,
    };

    private static string Quoted(string text) => $"\"{string.Concat(text.Select(static c => c switch { '"' => "\\\"", '\\' => "\\\\", < ' ' or (> '~' and < '\u00a0') or '\u2028' or '\u2029' => $"\\u{(int)c:x4}", _ => c.ToString() }))}\"";
}
