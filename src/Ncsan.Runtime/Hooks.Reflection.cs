using System.Reflection;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime;

// Fields that are reached by reflection.
public static unsafe partial class Hooks
{
    /// <summary>The field is about to be read from <paramref name="target"/> by reflection. Ignored for static fields and for arguments that the call itself will refuse.</summary>
    public static void ReadReflected(FieldInfo? field, object? target, int site) => ReflectedFields.Check(field, target, AccessKind.Read, site);

    /// <summary>As <see cref="ReadReflected"/>, for a write.</summary>
    public static void WriteReflected(FieldInfo? field, object? target, int site) => ReflectedFields.Check(field, target, AccessKind.Write, site);
}
