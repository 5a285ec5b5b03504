using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// Code that holds something without a call that says so: methods marked <c>Synchronized</c> get the lock that the runtime takes for them in plain sight,
/// type initialisers that of their type, finalizers run within a map. The program's entry says when it returns, holding what it may.
/// </summary>
internal static class HiddenLockPass
{
    internal static void Run(ModuleContext module, IEnumerable<MethodDefinition> methods)
    {
        foreach (var method in methods)
        {
            if (!method.HasBody || module.NoInstrument.Covers(method)) { continue; }
            if (method.IsSynchronized && !method.DeclaringType.IsValueType && !method.IsConstructor) { Synchronized(module, method); }
            else if (TypeInitializers.IsInitializer(method) && module.Initializers.IsBusy(method.DeclaringType)) { Initializer(module, method); }
            else if (IsFinalizer(method)) { Map(module, method, "finalizers\nthe finalizers"); }
            else if (method == module.Module.EntryPoint && module.Sites.HasLocks) { WholeBody.Wrap(method, [], [Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.ProgramEnding)])]); }
        }
    }

    private static bool IsFinalizer(MethodDefinition method) => method is { Name: "Finalize", IsVirtual: true, HasParameters: false, ReturnType.MetadataType: MetadataType.Void };

    private static void Synchronized(ModuleContext module, MethodDefinition method)
    {
        string name = method.IsStatic ? $"typeof({Names.Type(method.DeclaringType)})" : $"this of {Names.Type(method.DeclaringType)}";
        int site = Site(module, method, name);
        method.IsSynchronized = false;
        WholeBody.Wrap(method,
            [.. Lock(), Instruction.Create(method.IsStatic ? OpCodes.Ldnull : OpCodes.Ldarg_0), Instruction.Create(OpCodes.Ldstr, name), .. Site(module, site), Instruction.Create(OpCodes.Ldnull), Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.MonitorEnter)])],
            [.. Lock(), .. Site(module, site), Instruction.Create(OpCodes.Ldnull), Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.MonitorExit)])]);

        Instruction[] Lock()
        {
            if (!method.IsStatic) { return [Instruction.Create(OpCodes.Ldarg_0)]; }
            var type = module.Hooks.Type(typeof(Type));
            var fromHandle = new MethodReference(nameof(Type.GetTypeFromHandle), type, type) { Parameters = { new ParameterDefinition(module.Hooks.Type(typeof(RuntimeTypeHandle))) } };
            return [Instruction.Create(OpCodes.Ldtoken, Generics.Self(method.DeclaringType)), Instruction.Create(OpCodes.Call, fromHandle)];
        }
    }

    private static void Initializer(ModuleContext module, MethodDefinition method)
    {
        string name = $"initialiser of {Names.Type(method.DeclaringType)}";
        int site = Site(module, method, name);
        WholeBody.Wrap(method,
            [Instruction.Create(OpCodes.Ldtoken, method.DeclaringType), Instruction.Create(OpCodes.Ldstr, name), .. Site(module, site), Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.TypeInitializerEnter)])],
            [Instruction.Create(OpCodes.Ldtoken, method.DeclaringType), .. Site(module, site), Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.TypeInitializerLeave)])]);
    }

    private static void Map(ModuleContext module, MethodDefinition method, string map)
    {
        int site = Site(module, method, map[(map.IndexOf('\n') + 1)..]);
        Instruction[] Call(string hook) => [Instruction.Create(OpCodes.Ldstr, map), .. Site(module, site), Instruction.Create(OpCodes.Call, module.Hooks[hook])];
        WholeBody.Wrap(method, Call(nameof(Hooks.MapEnter)), Call(nameof(Hooks.MapLeave)));
    }

    private static int Site(ModuleContext module, MethodDefinition method, string name) =>
        module.Sites.Add(SiteKind.Lock, SiteFlags.None, 0, method, name, method.DebugInformation is { HasSequencePoints: true } debug ? debug.SequencePoints.FirstOrDefault(point => !point.IsHidden) : null);

    private static Instruction[] Site(ModuleContext module, int id) => [Instruction.Create(OpCodes.Ldsfld, module.Hooks.SiteBase), Instruction.Create(OpCodes.Ldc_I4, id), Instruction.Create(OpCodes.Add)];
}
