using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Ncsan.Rewriter.Bodies;

/// <summary>Types of members of generic types and methods, as the code that names them sees them.</summary>
internal static class Generics
{
    /// <summary>A type definition closed over its own parameters: what <c>this</c> is within it.</summary>
    internal static TypeReference Self(TypeDefinition type) =>
        type.HasGenericParameters ? type.MakeGenericInstanceType([.. type.GenericParameters]) : type;

    /// <summary>Gives a method the generic parameters of another. Signatures name them by number, so code of the one can stand in the other.</summary>
    internal static void CopyParameters(MethodReference from, MethodReference to)
    {
        foreach (var parameter in from.GenericParameters)
        {
            var copy = new GenericParameter(parameter.Name, to) { Attributes = parameter.Attributes };
            foreach (var constraint in parameter.Constraints) { copy.Constraints.Add(new(constraint.ConstraintType)); }
            to.GenericParameters.Add(copy);
        }
    }

    internal static TypeReference FieldType(FieldReference field) => Substitute(field.FieldType, field.DeclaringType, null);

    internal static TypeReference ReturnType(MethodReference method) => Substitute(method.ReturnType, method.DeclaringType, method);

    internal static TypeReference ParameterType(MethodReference method, int index) => Substitute(method.Parameters[index].ParameterType, method.DeclaringType, method);

    private static TypeReference Substitute(TypeReference type, TypeReference declaring, MethodReference? method)
    {
        if (!type.ContainsGenericParameter) { return type; }
        return type switch
        {
            GenericParameter p when p.Type == GenericParameterType.Type => declaring is GenericInstanceType instance && p.Position < instance.GenericArguments.Count ? instance.GenericArguments[p.Position] : p,
            GenericParameter p => method is GenericInstanceMethod instance && p.Position < instance.GenericArguments.Count ? instance.GenericArguments[p.Position] : p,
            ArrayType array => Sized(array, Substitute(array.ElementType, declaring, method)),
            ByReferenceType reference => new ByReferenceType(Substitute(reference.ElementType, declaring, method)),
            PointerType pointer => new PointerType(Substitute(pointer.ElementType, declaring, method)),
            PinnedType pinned => new PinnedType(Substitute(pinned.ElementType, declaring, method)),
            RequiredModifierType modified => new RequiredModifierType(modified.ModifierType, Substitute(modified.ElementType, declaring, method)),
            OptionalModifierType modified => new OptionalModifierType(modified.ModifierType, Substitute(modified.ElementType, declaring, method)),
            GenericInstanceType generic => Closed(generic, declaring, method),
            _ => type,
        };
    }

    private static ArrayType Sized(ArrayType original, TypeReference element)
    {
        var array = new ArrayType(element);
        if (original.IsVector) { return array; }
        array.Dimensions.Clear();
        foreach (var dimension in original.Dimensions) { array.Dimensions.Add(dimension); }
        return array;
    }

    private static GenericInstanceType Closed(GenericInstanceType generic, TypeReference declaring, MethodReference? method)
    {
        var closed = new GenericInstanceType(generic.ElementType);
        foreach (var argument in generic.GenericArguments) { closed.GenericArguments.Add(Substitute(argument, declaring, method)); }
        return closed;
    }
}
