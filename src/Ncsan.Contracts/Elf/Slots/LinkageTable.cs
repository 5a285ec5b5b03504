using Iced.Intel;

namespace Ncsan.Contracts.Elf.Slots;

/// <summary>What the stubs of a linked program's <c>.plt</c> call: functions of shared libraries, by the name that the loader looks up.</summary>
internal sealed class LinkageTable
{
    private const int MostStubs = 1 << 16, StubSize = 16;

    private readonly ElfFile _file;
    private readonly Dictionary<(int Section, long Offset), string> _names = [];

    internal LinkageTable(ElfFile file)
    {
        _file = file;
        if (file.IsRelocatable) { return; }
        foreach (ElfSection section in file.Sections)
        {
            if (section.IsCode && section.Name.StartsWith(".plt", StringComparison.Ordinal)) { Read(section); }
        }
    }

    /// <summary>The function behind a stub, or null.</summary>
    internal string? NameAt(int section, long offset) => _names.Count == 0 ? null : _names.GetValueOrDefault((section, offset - (offset % (_file.Sections[section].Name == ".plt.got" ? 8 : StubSize))));

    private void Read(ElfSection section)
    {
        var decoder = new SectionDecoder(_file, section);
        int stub = section.Name == ".plt.got" ? 8 : StubSize;
        for (long start = 0; start < (long)section.Size && _names.Count < MostStubs; start += stub)
        {
            decoder.Seek(start);
            for (int i = 0; i < 3 && decoder.Next(out Decoded decoded) && decoded.Next <= start + stub; i++)
            {
                if (decoded.Instruction.FlowControl != FlowControl.IndirectBranch) { continue; }
                if (decoded.Memory.Section > 0 && _file.TryDynamic(_file.Sections[decoded.Memory.Section].Address + (ulong)decoded.Memory.Offset, out _, out string name) && name.Length > 0)
                {
                    _names.TryAdd((section.Index, start), name);
                }

                break;
            }
        }
    }
}
