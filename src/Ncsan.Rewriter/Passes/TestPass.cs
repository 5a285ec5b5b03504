using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;

namespace Ncsan.Rewriter.Passes;

/// <summary>
/// Tells the runtime which test a flow is in, by the name that test platforms know it by: a test method's body goes into a try whose finally says that the test is left. Of an async test this
/// wraps the method that starts it; its continuations keep the name, because it travels with their execution context.
/// </summary>
/// <remarks>Works on whole bodies, after they are emitted: no access moves, no site changes.</remarks>
internal static class TestPass
{
    /// <summary>The attributes that make a method a test; one derived from them does too.</summary>
    private static readonly HashSet<string> s_attributes = new(StringComparer.Ordinal)
    {
        "Xunit.FactAttribute", "Xunit.v3.IFactAttribute",
        "NUnit.Framework.TestAttribute", "NUnit.Framework.TestCaseAttribute", "NUnit.Framework.TestCaseSourceAttribute", "NUnit.Framework.TheoryAttribute",
        "Microsoft.VisualStudio.TestTools.UnitTesting.TestMethodAttribute", "TUnit.Core.TestAttribute",
    };

    internal static void Run(ModuleContext module, IEnumerable<MethodDefinition> methods)
    {
        foreach (var method in methods)
        {
            if (!module.NoInstrument.Covers(method) && method.HasCustomAttributes && method.CustomAttributes.Any(a => IsTest(a.AttributeType))) 
            {
                WholeBody.Wrap(method,
                    [Instruction.Create(OpCodes.Ldstr, $"{method.DeclaringType.FullName.Replace('/', '+')}.{method.Name}"), Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.TestEntered)])],
                    [Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.TestLeft)])]);
            }
        }
    }

    private static bool IsTest(TypeReference? type)
    {
        for (int depth = 0; type is not null && depth < 8; depth++)
        {
            if (s_attributes.Contains(type.FullName)) { return true; }
            type = TryResolve(type)?.BaseType;
        }

        return false;
    }

    // The test framework may not be beside the tests; then only its own attributes are known.
    private static TypeDefinition? TryResolve(TypeReference type)
    {
        try { return type.Resolve(); }
        catch (AssemblyResolutionException) { return null; }
    }
}
