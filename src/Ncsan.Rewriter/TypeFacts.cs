using Mono.Cecil;

namespace Ncsan.Rewriter;

/// <summary>How the bytes of a type are to be compared.</summary>
internal enum Shape
{
    /// <summary>1, 2, 4 or 8 bytes that hold no reference.</summary>
    Bytes,

    /// <summary>One object reference.</summary>
    Reference,

    /// <summary>A struct, or a generic parameter that may be anything: the runtime looks.</summary>
    Value,

    /// <summary>A ref struct or a byref, which lives on the stack.</summary>
    StackOnly,

    /// <summary>The type is not to be found.</summary>
    Unresolved,
}

/// <summary>Shape and size of a type.</summary>
internal readonly record struct TypeShape(Shape Shape, int Size);

/// <summary>What the passes want to know about types, remembered.</summary>
internal sealed class TypeFacts
{
    private readonly Dictionary<TypeReference, TypeDefinition?> _definitions = [];
    private readonly Dictionary<TypeDefinition, TypeShape> _structs = [];

    internal TypeDefinition? Resolve(TypeReference type)
    {
        if (!_definitions.TryGetValue(type, out var definition)) { _definitions[type] = definition = type is GenericParameter ? null : type.Resolve(); }
        return definition;
    }

    internal TypeShape ShapeOf(TypeReference type)
    {
        type = Bare(type);
        switch (type.MetadataType)
        {
            case MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte: return new(Shape.Bytes, 1);
            case MetadataType.Char or MetadataType.Int16 or MetadataType.UInt16: return new(Shape.Bytes, 2);
            case MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Single: return new(Shape.Bytes, 4);
            case MetadataType.Int64 or MetadataType.UInt64 or MetadataType.Double or MetadataType.IntPtr or MetadataType.UIntPtr or MetadataType.Pointer or MetadataType.FunctionPointer:
                return new(Shape.Bytes, 8); // Ncsan runs on 64-bit processes only.
            case MetadataType.Class or MetadataType.String or MetadataType.Object or MetadataType.Array: return new(Shape.Reference, 8);
            case MetadataType.ByReference or MetadataType.TypedByReference: return new(Shape.StackOnly, 0);
            case MetadataType.Var or MetadataType.MVar: return ShapeOf((GenericParameter)type);
            case MetadataType.GenericInstance when !type.IsValueType: return new(Shape.Reference, 8);
            case MetadataType.ValueType or MetadataType.GenericInstance: return ShapeOfStruct(type);
            default: return new(Shape.Unresolved, 0);
        }
    }

    /// <summary>Without modifiers, which never change what is in memory.</summary>
    internal static TypeReference Bare(TypeReference type)
    {
        while (type is IModifierType or PinnedType or SentinelType) { type = ((TypeSpecification)type).ElementType; }
        return type;
    }

    internal bool IsByRefLike(TypeReference type) => Resolve(type) is { } definition && IsByRefLike(definition);

    private static bool IsByRefLike(TypeDefinition type) =>
        type.IsValueType && type.HasCustomAttributes && type.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.IsByRefLikeAttribute");

    // A parameter that a class bounds is a reference; one that may be a ref struct cannot be passed to a hook.
    private static TypeShape ShapeOf(GenericParameter parameter) =>
        ((int)parameter.Attributes & 0x20) != 0 ? new(Shape.StackOnly, 0) : parameter.HasReferenceTypeConstraint ? new(Shape.Reference, 8) : new(Shape.Value, 0);

    private TypeShape ShapeOfStruct(TypeReference type)
    {
        if (Resolve(type) is not { } definition) { return new(Shape.Unresolved, 0); }
        if (!_structs.TryGetValue(definition, out var shape))
        {
            _structs[definition] = shape = definition.IsEnum ? ShapeOf(definition.Fields.First(f => !f.IsStatic).FieldType)
                : IsByRefLike(definition) ? new(Shape.StackOnly, 0) : new(Shape.Value, 0);
        }

        return shape;
    }
}
