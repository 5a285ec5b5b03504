namespace Ncsan.Runtime.Races;

/// <summary>The collections of the framework that are not thread-safe.</summary>
internal static class UnsafeCollections
{
    internal static bool Contains(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);
}
