using Mono.Cecil;

namespace Ncsan.Cli.Applications;

/// <summary>What the entry point of a program does.</summary>
internal static class EntryPoint
{
    /// <summary>Of some types, the one of which it calls a method last; null when it calls none.</summary>
    public static string? CallsLast(string assembly, params string[] types)
    {
        try
        {
            using var module = ModuleDefinition.ReadModule(assembly);
            return module.EntryPoint?.Body.Instructions.Select(static i => (i.Operand as MethodReference)?.DeclaringType.Name).LastOrDefault(types.Contains);
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or InvalidOperationException)
        {
            return null;
        }
    }
}
