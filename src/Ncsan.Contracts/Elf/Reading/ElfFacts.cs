using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Elf.Reading;

/// <summary>What can be said of the file as a whole: which tier its verdict has, which functions are helpers that were not inlined, what is missing.</summary>
internal sealed class ElfFacts(ElfProgram program)
{
    internal void Apply()
    {
        CallGraph graph = program.Graph;
        graph.Notes.AddRange(program.File.Notes);
        MarkCopies(graph);
        MarkEntries(graph);
        MarkParents(graph);
        bool anyProtected = graph.Functions.Any(f => f.Is(FunctionFlags.Protected) && !f.Is(FunctionFlags.External));
        int external = graph.Functions.Count(f => f.Is(FunctionFlags.External) && !f.Is(FunctionFlags.Hook) && f.Section is null);
        if (program.Native is { } native)
        {
            graph.Tier = Tier.UpperBound;
            graph.Notes.AddRange(native.Notes(graph));
        }
        else if (!program.File.IsRelocatable)
        {
            graph.Tier = Tier.Heuristic;
            if (anyProtected && !program.Special.HasRegionNotes)
            {
                graph.Notes.Add("This file is linked: the notes that say where instrumentation is allowed are gone, and regions are guessed from the NOPs that remain. Verify the relocatable object (vmlinux.o) for a sound verdict.");
            }
        }
        else if (anyProtected && !program.Special.HasRegionNotes)
        {
            graph.Tier = Tier.UpperBound;
            graph.Notes.Add("No instrumentation_begin/end notes are in this file: either it has no regions, or it was built without CONFIG_DEBUG_ENTRY and calls inside regions are reported too.");
        }

        if (external > 0 && program.Code.Companion is null && program.Native is null)
        {
            graph.Notes.Add($"{external} function(s) are defined in other files and count as not protected; --symbols FILE (a vmlinux.o, vmlinux or System.map) says where they live.");
        }

        if (program.Scanner.Undecodable > 0) { graph.Notes.Add($"{program.Scanner.Undecodable} function(s) have bytes that are no instruction; they were read up to there."); }
        if (!anyProtected && program.Native?.Symbols is null) { graph.Notes.Add("No function of this file is protected: no section of it is one of the profile's or was named with --section."); }
    }

    /// <summary>The sentence for a file without symbols.</summary>
    internal static ElfException Stripped(ElfFile file)
    {
        string has = file.Find(".BTF") is not null ? " It has BTF, which names types and functions but not where they are." : "";
        return new ElfException("NCS2304", $"{file.Path} is stripped: without a symbol table (.symtab) no function can be told from another, so nothing was verified.{has} Give the file before it was stripped.");
    }

    // The same local name in several units is a helper of a header that was not inlined everywhere.
    private static void MarkCopies(CallGraph graph)
    {
        foreach (var copies in graph.Functions.Where(f => f.Unit is not null && !f.Is(FunctionFlags.External) && !f.Is(FunctionFlags.CompilerMade) && !f.Name.Contains(".cold", StringComparison.Ordinal)).GroupBy(f => CopyRule.BaseName(f.Name)))
        {
            if (copies.Select(f => f.Unit).Distinct().Skip(1).Any())
            {
                foreach (Function copy in copies) { copy.Flags |= FunctionFlags.MeantInline; }
            }
        }
    }

    // Global functions were marked when they were made; one that something calls is no beginning of a path, unless it is the entry code itself.
    private static void MarkEntries(CallGraph graph)
    {
        var called = new HashSet<int>();
        foreach (Function function in graph.Functions)
        {
            foreach (CallSite site in function.Calls)
            {
                if (site.Target >= 0 && site.Target != function.Id) { called.Add(site.Target); }
            }
        }

        foreach (Function function in graph.Functions)
        {
            if (function.Is(FunctionFlags.External)) { continue; }
            bool entry = !called.Contains(function.Id) || function.Section == ".entry.text";
            function.Flags = entry ? function.Flags | FunctionFlags.Entry : function.Flags & ~FunctionFlags.Entry;
        }
    }

    private static void MarkParents(CallGraph graph)
    {
        foreach (Function piece in graph.Functions)
        {
            int cold = piece.Name.IndexOf(".cold", StringComparison.Ordinal);
            if (cold <= 0) { continue; }
            foreach (Function parent in graph.Named(piece.Name[..cold]))
            {
                if (parent.Unit == piece.Unit) { piece.Parent = parent.Id; }
            }
        }
    }
}
