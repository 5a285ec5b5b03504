using System.Reflection;
using System.Reflection.Emit;

namespace Ncsan.Contracts.Il.Bounds;

/// <summary>How many bytes follow each opcode.</summary>
internal static class IlOperands
{
    /// <summary>No such instruction.</summary>
    internal const int Unknown = -1;

    /// <summary>A count, and as many targets.</summary>
    internal const int Switch = -2;

    internal const ushort LoadString = 0x72;

    private static readonly int[] s_sizes = Measure();

    internal static int SizeOf(ushort opcode) => s_sizes[opcode > 0xFF ? 0x100 + (opcode & 0xFF) : opcode];

    private static int[] Measure()
    {
        int[] sizes = new int[0x200];
        Array.Fill(sizes, Unknown);
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            if (code.OpCodeType == OpCodeType.Nternal) { continue; }
            ushort value = (ushort)code.Value;
            sizes[code.Size == 2 ? 0x100 + (value & 0xFF) : value] = code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => Switch,
                _ => 4,
            };
        }

        return sizes;
    }
}
