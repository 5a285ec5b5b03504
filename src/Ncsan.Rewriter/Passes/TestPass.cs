using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Ncsan.Runtime;

namespace Ncsan.Rewriter.Passes;

/// <summary>
/// Tells the runtime which test a flow is in: a test method's body goes into a try whose finally says that the test is left. Of an async test this
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
            if (!module.NoInstrument.Covers(method) && method.HasCustomAttributes && method.CustomAttributes.Any(a => IsTest(a.AttributeType))) { Wrap(module, method); }
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

    private static void Wrap(ModuleContext module, MethodDefinition method)
    {
        var body = method.Body;
        body.SimplifyMacros();
        var code = body.Instructions;
        bool returns = method.ReturnType.MetadataType != MetadataType.Void;
        var result = returns ? new VariableDefinition(method.ReturnType) : null;
        if (result is not null)
        {
            body.Variables.Add(result);
            body.InitLocals = true;
        }

        // A jump out of a try is a leave, and a tail call would take the finally's frame away.
        var end = returns ? Instruction.Create(OpCodes.Ldloc, result) : Instruction.Create(OpCodes.Ret);
        for (int i = 0; i < code.Count; i++)
        {
            if (code[i].OpCode == OpCodes.Tail) { code[i].OpCode = OpCodes.Nop; }
            if (code[i].OpCode != OpCodes.Ret) { continue; }
            code[i].OpCode = returns ? OpCodes.Stloc : OpCodes.Leave;
            code[i].Operand = returns ? result : end;
            if (returns) { code.Insert(++i, Instruction.Create(OpCodes.Leave, end)); }
        }

        var first = code[0];
        code.Insert(0, Instruction.Create(OpCodes.Ldstr, $"{method.DeclaringType.FullName.Replace('/', '.')}.{method.Name}"));
        code.Insert(1, Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.TestEntered)]));
        var handler = Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.TestLeft)]);
        code.Add(handler);
        code.Add(Instruction.Create(OpCodes.Endfinally));
        code.Add(end);
        if (returns) { code.Add(Instruction.Create(OpCodes.Ret)); }

        // Inner regions come first in the table, so the outermost is the last.
        body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Finally) { TryStart = first, TryEnd = handler, HandlerStart = handler, HandlerEnd = end });
        foreach (var inner in body.ExceptionHandlers) { inner.HandlerEnd ??= handler; }
        body.OptimizeMacros();
    }
}
