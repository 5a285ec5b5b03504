using Mono.Cecil;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>A way to drive public API into a race: objects that are shared, and what is called on them by one thread or by two.</summary>
/// <param name="Said">What it does, for a sentence: <c>two threads call A.B() on one A</c>.</param>
/// <param name="Shared">The objects, each made before the threads start; in an order in which each needs only earlier ones.</param>
/// <param name="First">What one thread does, as a statement.</param>
/// <param name="Second">What the other does; null when the first call starts threads itself.</param>
/// <param name="Modules">The assemblies that the statements name.</param>
internal sealed record Scenario(string Said, IReadOnlyList<SharedObject> Shared, string First, string? Second, IReadOnlyList<ModuleDefinition> Modules);

/// <summary>An object that both threads use.</summary>
internal sealed record SharedObject(string Name, TypeReference Type, string Expression);
