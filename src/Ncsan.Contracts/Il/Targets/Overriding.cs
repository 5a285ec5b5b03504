using Mono.Cecil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>Which method a virtual or interface call runs on a given type (ECMA-335 I.8.10.4 and II.12.2, without generic arguments).</summary>
internal static class Overriding
{
    internal static IlMethod[] Find(IlWorld world, IlType type, IlMethod declared)
    {
        MethodDefinition wanted = declared.Definition;
        if (!wanted.IsVirtual && !wanted.IsStatic) { return [declared]; }
        if (!wanted.DeclaringType.IsInterface) { return FindInClass(world, type, declared); }

        if (type.Definition.FullName == "System.Array" && wanted.DeclaringType.HasGenericParameters
            && world.FrameworkType("System", "SZArrayHelper")?.Definition.Methods.Where(m => m.Name == wanted.Name).Select(world.Method).ToArray() is { Length: > 0 } onArrays)
        {
            return onArrays;
        }

        // An interface as a generic argument: no object is of it, so nothing but its static members can be meant.
        if (type.Definition.IsInterface && !wanted.IsStatic) { return []; }
        for (IlType? at = type; at is not null; at = at.Base)
        {
            var here = new List<IlMethod>();
            foreach (MethodDefinition method in at.Definition.Methods)
            {
                if (method.HasOverrides && method.Overrides.Any(o => ReferenceEquals(world.Method(o), declared))) { here.Add(world.Method(method)); }
            }

            if (here.Count > 0) { return [.. here]; }
            foreach (MethodDefinition method in at.Definition.Methods)
            {
                if (method.IsStatic == wanted.IsStatic && (method.IsVirtual || method.IsStatic) && method.IsPublic && SameShape(world, method, wanted)) { here.Add(world.Method(method)); }
            }

            if (here.Count > 0) { return [.. here.SelectMany(m => m.Definition.IsAbstract && !m.Type.Definition.IsInterface ? type.Dispatch(m) : [m]).Distinct()]; }
        }

        return FindDefault(world, type, declared);
    }

    // A default interface method: the most derived interface that overrides it, else the declaration itself.
    private static IlMethod[] FindDefault(IlWorld world, IlType type, IlMethod declared)
    {
        var found = new List<IlMethod>();
        var seen = new HashSet<IlType>();
        void Look(TypeDefinition at)
        {
            foreach (InterfaceImplementation implemented in at.Interfaces)
            {
                if (world.Type(implemented.InterfaceType) is not { } face || !seen.Add(face)) { continue; }
                foreach (MethodDefinition method in face.Definition.Methods)
                {
                    if (method.HasBody && method.HasOverrides && method.Overrides.Any(o => ReferenceEquals(world.Method(o), declared))) { found.Add(world.Method(method)); }
                }

                Look(face.Definition);
            }
        }

        for (IlType? at = type; at is not null; at = at.Base) { Look(at.Definition); }
        if (found.Count == 0 && declared.Definition.HasBody) { found.Add(declared); }
        return [.. found];
    }

    // From the declaring type down: each override replaces the one before; a 'new virtual' of the same shape hides the slot from there on.
    private static IlMethod[] FindInClass(IlWorld world, IlType type, IlMethod declared)
    {
        var chain = new Stack<IlType>();
        for (IlType? at = type; at is not null && !ReferenceEquals(at, declared.Type); at = at.Base) { chain.Push(at); }
        IlMethod current = declared;
        bool hidden = false;
        foreach (IlType at in chain)
        {
            bool hides = false;
            foreach (MethodDefinition method in at.Definition.Methods)
            {
                if (!method.IsVirtual || method.IsStatic) { continue; }
                if (method.HasOverrides && method.Overrides.Any(o => world.Method(o) is { } m && (ReferenceEquals(m, declared) || ReferenceEquals(m, current))))
                {
                    current = world.Method(method);
                    hides = hidden = false;
                    break;
                }

                if (method.Name != declared.Definition.Name || !SameShape(world, method, declared.Definition)) { continue; }
                if (method.IsNewSlot) { hides = true; }
                else if (!hidden) { current = world.Method(method); }
            }

            hidden |= hides;
        }

        return current.Definition.IsAbstract ? [] : [current];
    }

    private static bool SameShape(IlWorld world, MethodDefinition a, MethodDefinition b)
    {
        if (a.Name != b.Name || a.GenericParameters.Count != b.GenericParameters.Count || a.Parameters.Count != b.Parameters.Count) { return false; }
        for (int i = 0; i < a.Parameters.Count; i++)
        {
            if (!CanBeSame(world, a.Parameters[i].ParameterType, b.Parameters[i].ParameterType)) { return false; }
        }

        return true;
    }

    // A generic parameter may stand for anything, so it matches anything: more targets than there are, never fewer.
    private static bool CanBeSame(IlWorld world, TypeReference a, TypeReference b)
    {
        if (a is IModifierType modifiedA) { return CanBeSame(world, modifiedA.ElementType, b); }
        if (b is IModifierType modifiedB) { return CanBeSame(world, a, modifiedB.ElementType); }
        if (a.IsGenericParameter || b.IsGenericParameter) { return true; }
        if (a is ByReferenceType || b is ByReferenceType || a is ArrayType || b is ArrayType || a is PointerType || b is PointerType)
        {
            return a.GetType() == b.GetType() && CanBeSame(world, a.GetElementTypeOnce(), b.GetElementTypeOnce());
        }

        if (a is FunctionPointerType || b is FunctionPointerType) { return a.GetType() == b.GetType(); }
        return world.Type(a) is { } typeA && world.Type(b) is { } typeB ? ReferenceEquals(typeA, typeB) : a.Name == b.Name;
    }

    private static TypeReference GetElementTypeOnce(this TypeReference type) => ((TypeSpecification)type).ElementType;
}
