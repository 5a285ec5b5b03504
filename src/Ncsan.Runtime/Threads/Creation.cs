namespace Ncsan.Runtime.Threads;

/// <summary>Remembers where threads and work items were made, for the creation chain of a report.</summary>
internal static class Creation
{
    internal static void Starting(Thread? thread, int site) { }

    internal static void Queued(int site) { }
}
