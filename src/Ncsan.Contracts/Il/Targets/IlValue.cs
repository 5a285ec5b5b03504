namespace Ncsan.Contracts.Il.Targets;

/// <summary>What a variable can hold, as far as dispatch cares.</summary>
internal enum ValueKind : byte
{
    /// <summary>An object of exactly this type. On a generic parameter's node: the type itself, as an argument for it.</summary>
    Object,

    /// <summary>A delegate over <see cref="IlValue.Target"/>.</summary>
    Delegate,

    /// <summary>The address of <see cref="IlValue.Target"/>.</summary>
    Function,

    /// <summary>Something that code outside of the given assemblies made: an override, a delegate or a type argument that nobody here has seen.</summary>
    Outside,

    /// <summary>An object of this type or one derived from it, from native code or reflection.</summary>
    Unknown,
}

/// <summary>One abstract value; values are interned, so equal values are one id.</summary>
internal readonly record struct IlValue(ValueKind Kind, IlType? Type, IlMethod? Target);

/// <summary>The values of a verification, numbered. Shared by its passes, so that one pass can start from what another found.</summary>
internal sealed class ValueTable
{
    private readonly Dictionary<IlValue, int> _ids = [];
    private readonly List<IlValue> _values = [];

    /// <summary>Something from outside that came in as a <paramref name="type"/>; null where it came in as an object or a type argument.</summary>
    internal int Outside(IlType? type) => Id(new IlValue(ValueKind.Outside, type, null));

    internal IlValue this[int id] => _values[id];

    internal int Id(IlValue value)
    {
        if (!_ids.TryGetValue(value, out int id))
        {
            _ids.Add(value, id = _values.Count);
            _values.Add(value);
        }

        return id;
    }

    internal int Object(IlType type) => Id(new IlValue(ValueKind.Object, type, null));
}
