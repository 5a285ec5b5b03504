namespace Ncsan.Contracts.Elf.Reading;

/// <summary>
/// Counts what the front end keeps. A hostile file could ask for a record for each two bytes of itself; past three times the file (with a floor
/// for small ones) it is refused, which leaves the fourth for what is not counted.
/// </summary>
internal sealed class MemoryBudget(string path, long fileLength)
{
    private const long Floor = 1 << 18;

    private readonly long _limit = Math.Max(Floor, 3 * fileLength);
    private long _used;

    /// <summary>Something of this size is about to be kept.</summary>
    internal void Charge(long bytes)
    {
        if ((_used += bytes) > _limit)
        {
            throw new ElfException("NCS2305", $"{path} describes more code than a file of its size can hold; it is damaged or made to exhaust memory, and was not verified.");
        }
    }
}
