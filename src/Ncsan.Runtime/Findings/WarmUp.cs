using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Findings;

/// <summary>Compiles the slow paths before they are needed, beside the program's own start.</summary>
/// <remarks>Compiled on first use they would take tens of milliseconds of the first threads, in which the first executions of everything go by
/// that were to be watched.</remarks>
internal static class WarmUp
{
    private static readonly Type[] s_types =
    [
        typeof(Detector), typeof(Watchpoints), typeof(Sampler), typeof(Delay), typeof(ValueSnapshot), typeof(Encounter), typeof(Policy), typeof(NearMisses), typeof(Candidates),
        typeof(Census), typeof(SanitizedThread), typeof(KnownPairs), typeof(Side), typeof(Stamp), typeof(WatchWord), typeof(DirectedWatch), typeof(Creation),
        typeof(Statistics), typeof(ReferenceMap), typeof(Framework.FrameworkEntry), typeof(Framework.FrameworkLink), typeof(Settings.Configuration),
    ];

    /// <summary>Compiles and initialises everything that a hook can reach.</summary>
    internal static void Prepare()
    {
        foreach (Type type in typeof(WarmUp).Assembly.GetTypes()) { if (type is { IsGenericTypeDefinition: false, TypeInitializer: not null }) { RuntimeHelpers.RunClassConstructor(type.TypeHandle); } }
        Run();
    }

    internal static void Run()
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        try
        {
            foreach (MethodInfo method in s_types.SelectMany(static t => t.GetMethods(All)))
            {
                if (!method.ContainsGenericParameters && !method.IsAbstract && (method.Attributes & MethodAttributes.PinvokeImpl) == 0) { RuntimeHelpers.PrepareMethod(method.MethodHandle); }
            }

            _ = new StackTrace(0, fNeedFileInfo: false);
        }
        catch (Exception fault)
        {
            Faults.Disable("compiling ahead", fault);
        }
    }
}
