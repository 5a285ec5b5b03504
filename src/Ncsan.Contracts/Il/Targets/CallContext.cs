using Mono.Cecil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>A call with what it passes: the caller, where, the arguments with <c>this</c> first, and the node that takes the result.</summary>
/// <param name="Caller">Who calls.</param>
/// <param name="Offset">The IL offset.</param>
/// <param name="Arguments">What is passed.</param>
/// <param name="Result">Where the result goes, or <see cref="PointsTo.None"/>.</param>
/// <param name="Reference">The member as the caller's IL names it; null for calls through a pointer.</param>
internal readonly record struct CallContext(IlMethod Caller, int Offset, MethodScan.Operand[] Arguments, int Result, MethodReference? Reference);
