using Mono.Cecil;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>What stands for the type parameters of a generic type and a generic method.</summary>
internal sealed record TypeArguments(IReadOnlyList<TypeReference> OfType, IReadOnlyList<TypeReference> OfMethod)
{
    public static readonly TypeArguments None = new([], []);

    /// <summary>The arguments that a closed type brings.</summary>
    public static TypeArguments Of(TypeReference type) => new(type is GenericInstanceType instance ? [.. instance.GenericArguments] : [], []);

    /// <summary>The type with its open parameters filled in; null where nothing stands for one of them.</summary>
    public TypeReference? Close(TypeReference type)
    {
        switch (type)
        {
            case GenericParameter parameter:
                var from = parameter.Type == GenericParameterType.Type ? OfType : OfMethod;
                return parameter.Position < from.Count ? from[parameter.Position] : null;
            case ArrayType array: return Close(array.ElementType) is { } element ? new ArrayType(element, array.Rank) : null;
            case ByReferenceType reference: return Close(reference.ElementType) is { } referred ? new ByReferenceType(referred) : null;
            case IModifierType modified: return Close(modified.ElementType);
            case GenericInstanceType instance:
                var closed = new GenericInstanceType(instance.ElementType);
                foreach (TypeReference argument in instance.GenericArguments)
                {
                    if (Close(argument) is not { } known) { return null; }
                    closed.GenericArguments.Add(known);
                }

                return closed;
            default: return type;
        }
    }

    /// <summary>A type that a parameter may stand for, or null where its constraints are more than that.</summary>
    public static TypeReference? Choose(GenericParameter parameter)
    {
        TypeSystem types = parameter.Module.TypeSystem;
        if (parameter.HasNotNullableValueTypeConstraint) { return parameter.Constraints.All(static c => c.ConstraintType.FullName.Contains("System.ValueType", StringComparison.Ordinal) || IsOfNumbers(c.ConstraintType)) ? types.Int32 : null; }
        if (parameter.HasDefaultConstructorConstraint) { return parameter.HasConstraints ? null : types.Object; }
        return parameter.Constraints.All(static c => IsOfNumbers(c.ConstraintType)) ? types.String : null;
    }

    /// <summary>What numbers and texts implement alike.</summary>
    private static bool IsOfNumbers(TypeReference constraint) => constraint.GetElementType().FullName is "System.IComparable" or "System.IComparable`1" or "System.IEquatable`1" or "System.IConvertible" or "System.ICloneable";
}
