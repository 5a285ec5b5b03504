using Mono.Cecil;

namespace Ncsan.Rewriter.Framework;

/// <summary>How an assembly of the shared framework is rewritten: its hooks are calls of the type injected into System.Private.CoreLib, and its site numbers are constants.</summary>
/// <param name="FirstSite">The number of the assembly's first site.</param>
/// <param name="MaxSites">How many numbers it may use.</param>
/// <param name="IsDenied">Whether a hook can reach a method outside of its guard: then it stays as it is.</param>
public sealed record FrameworkOptions(int FirstSite, int MaxSites, Func<MethodDefinition, bool> IsDenied);
