using Ncsan.Runtime.Races;

namespace Ncsan.Runtime;

// Calls to members of collections where only the real type of the receiver, or what stands behind it, says which collection is meant.
public static unsafe partial class Hooks
{
    /// <summary>An interface member or an overridable one that reads is about to be called. Ignored unless the receiver's real type is a thread-unsafe
    /// collection or works on one; a type of the program that overrides members may bring its own lock, and is ignored too.</summary>
    public static void CollectionReadDispatched(object? receiver, int site) => Detector.CheckDispatched(receiver, AccessKind.Read | AccessKind.Collection, site);

    /// <summary>As <see cref="CollectionReadDispatched"/>, for a member that writes.</summary>
    public static void CollectionWriteDispatched(object? receiver, int site) => Detector.CheckDispatched(receiver, AccessKind.Write | AccessKind.Collection, site);

    /// <summary>A method is about to be called that looks at all, or at the first, of <paramref name="source"/>. As <see cref="CollectionReadDispatched"/>, and what LINQ sorts or
    /// reverses is read, too.</summary>
    public static void CollectionEnumerated(object? source, int site) => Detector.CheckEnumerated(source, site);

    /// <summary>A member of a struct such as an enumerator is about to be called that reads the collection behind it.</summary>
    public static void CollectionViewRead<T>(ref T view, int site) => Detector.CheckView(ref view, AccessKind.Read | AccessKind.Collection, site);

    /// <summary>A member of a struct such as an alternate lookup is about to be called that writes the collection behind it.</summary>
    public static void CollectionViewWrite<T>(ref T view, int site) => Detector.CheckView(ref view, AccessKind.Write | AccessKind.Collection, site);
}
