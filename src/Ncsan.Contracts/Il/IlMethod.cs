using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Contracts.Il;

/// <summary>A method definition; all instantiations of a generic method are one.</summary>
internal sealed class IlMethod
{
    private string? _name;

    internal IlMethod(IlType type, MethodDefinition definition)
    {
        Type = type;
        Definition = definition;
    }

    internal IlType Type { get; }

    internal MethodDefinition Definition { get; }

    internal AssemblyRole Role => Type.Role;

    internal bool HasBody => Definition.HasBody;

    /// <summary>The body, or null where there is none or it cannot be read.</summary>
    internal MethodBody? Body
    {
        get
        {
            try
            {
                return HasBody && !Type.IsDamaged(Definition) ? Definition.Body : null;
            }
            catch (Exception fault) when (IlWorld.IsBadImage(fault))
            {
                return null;
            }
        }
    }

    /// <summary>How many arguments a call passes, <c>this</c> included.</summary>
    internal int ArgumentCount => Definition.Parameters.Count + (Definition.HasThis ? 1 : 0);

    /// <summary>Code outside of its assembly can call or override it.</summary>
    internal bool IsVisible => Type.IsVisible && (Definition.IsPublic || Definition.IsFamily || Definition.IsFamilyOrAssembly);

    /// <summary>The name as its author would write it: <c>Bank.Account.Withdraw(int)</c>.</summary>
    internal string Name => _name ??= IlNames.Of(Definition);

    /// <summary>The declared type of an argument; <c>this</c> of a value type is a reference to it.</summary>
    internal TypeReference ArgumentType(int index)
    {
        if (!Definition.HasThis) { return Definition.Parameters[index].ParameterType; }
        return index > 0 ? Definition.Parameters[index - 1].ParameterType : Definition.DeclaringType;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
