namespace Ncsan.Runtime.Threads;

/// <summary>
/// The method runs only under the thread's guard: whoever calls it has raised the guard, or is marked himself. An instrumented framework may be called from
/// here, since its hooks return at once; the proof of the recursion law stops here, and a test holds every caller to it.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor)]
internal sealed class UnderGuardAttribute : Attribute;
