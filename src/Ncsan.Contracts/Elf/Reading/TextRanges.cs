namespace Ncsan.Contracts.Elf.Reading;

/// <summary>
/// The protected parts of a linked kernel: the linker script puts <c>.noinstr.text</c> and <c>.entry.text</c> into <c>.text</c> and marks them with
/// <c>__noinstr_text_start</c> and its like.
/// </summary>
internal sealed class TextRanges
{
    private static readonly (string Start, string End, string Section)[] s_names =
    [
        ("__noinstr_text_start", "__noinstr_text_end", ".noinstr.text"),
        ("__entry_text_start", "__entry_text_end", ".entry.text"),
        ("__cpuidle_text_start", "__cpuidle_text_end", ".cpuidle.text"),
    ];

    private readonly (ulong Start, ulong End)[] _ranges = new (ulong, ulong)[s_names.Length];

    /// <summary>Whether any mark was seen.</summary>
    internal bool Any => _ranges.Any(r => r.End > r.Start);

    /// <summary>Takes a symbol; only the marks matter.</summary>
    internal void Add(string name, ulong address)
    {
        for (int i = 0; i < s_names.Length; i++)
        {
            if (name == s_names[i].Start) { _ranges[i].Start = address; }
            if (name == s_names[i].End) { _ranges[i].End = address; }
        }
    }

    /// <summary>The section that an address came from, or null.</summary>
    internal string? SectionOf(ulong address)
    {
        for (int i = 0; i < _ranges.Length; i++)
        {
            if (address >= _ranges[i].Start && address < _ranges[i].End) { return s_names[i].Section; }
        }

        return null;
    }
}
