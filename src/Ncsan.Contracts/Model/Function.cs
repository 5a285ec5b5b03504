namespace Ncsan.Contracts.Model;

/// <summary>A function of the program under verification: a method with a body, or a range of machine code with a name.</summary>
public sealed class Function
{
    /// <summary>A function; the graph gives it its <see cref="Id"/>.</summary>
    public Function(string name) => Name = name;

    /// <summary>Its index in <see cref="CallGraph.Functions"/>.</summary>
    public int Id { get; internal set; } = -1;

    /// <summary>The name as a user knows it: a symbol, or <c>Namespace.Type.Method(int)</c>.</summary>
    public string Name { get; }

    /// <summary>What is known of it.</summary>
    public FunctionFlags Flags { get; set; }

    /// <summary>The translation unit or assembly that holds this body, or null where it is not known.</summary>
    public string? Unit { get; set; }

    /// <summary>The ELF section or the declaring type, or null.</summary>
    public string? Section { get; set; }

    /// <summary>Why it is what its flags say: "calls __tsan_read8 at +0x12", "[NoInstrument] on the type Detector". Shown to the user.</summary>
    public string? Why { get; set; }

    /// <summary>Every place where control can leave it, in code order.</summary>
    public CallSite[] Calls { get; set; } = [];

    /// <summary>Size of the body in bytes of its code.</summary>
    public int Size { get; set; }

    /// <summary>The function this is a split-off piece of (a compiler's <c>.cold</c> part), or -1. Rules see the piece through its parent's flow.</summary>
    public int Parent { get; set; } = -1;

    /// <summary>Whether all of <paramref name="flags"/> hold.</summary>
    public bool Is(FunctionFlags flags) => (Flags & flags) == flags;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
