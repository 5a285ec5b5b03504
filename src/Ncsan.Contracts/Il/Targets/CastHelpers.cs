using Mono.Cecil.Cil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>
/// The managed helpers of CoreLib that the JIT calls where the IL shows an instruction. They matter once the framework itself is instrumented: a cast in
/// protected code then runs a hook. A helper that this framework does not have is passed by.
/// </summary>
internal static class CastHelpers
{
    internal const string Box = "CastHelpers.Box";
    internal const string Unbox = "CastHelpers.Unbox";
    internal const string StoreElement = "CastHelpers.StelemRef";
    internal const string LoadElementAddress = "CastHelpers.LdelemaRef";

    /// <summary>Which of these it is depends on the type of the field and on how far the code is compiled.</summary>
    internal static readonly string[] StaticBases = ["StaticsHelpers.GetGCStaticBase", "StaticsHelpers.GetNonGCStaticBase", "StaticsHelpers.GetDynamicGCStaticBase", "StaticsHelpers.GetDynamicNonGCStaticBase"];

    /// <summary>The same for thread statics.</summary>
    internal static readonly string[] ThreadStaticBases =
    [
        "StaticsHelpers.GetGCThreadStaticBase", "StaticsHelpers.GetNonGCThreadStaticBase", "StaticsHelpers.GetDynamicGCThreadStaticBase", "StaticsHelpers.GetDynamicNonGCThreadStaticBase",
        "StaticsHelpers.GetOptimizedGCThreadStaticBase", "StaticsHelpers.GetOptimizedNonGCThreadStaticBase",
    ];

    internal static string ForCast(Code code) => code == Code.Castclass ? "CastHelpers.ChkCastAny" : "CastHelpers.IsInstanceOfAny";
}
