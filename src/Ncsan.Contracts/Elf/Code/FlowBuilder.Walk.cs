using Iced.Intel;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Code;

/// <content>The walk itself: from the start of a function along every edge, each place once.</content>
internal sealed partial class FlowBuilder
{
    /// <summary>One walk over one function.</summary>
    private sealed class Walk(FlowBuilder builder, Function function, int section, long start)
    {
        private readonly Dictionary<(int Section, long Offset), int> _nodeAt = [];
        private readonly List<(FlowEvent Event, int Offset, int Site, List<int> Next)> _nodes = [];
        private readonly Queue<(Place At, ElfAlternative? Inside)> _pending = [];
        private readonly Dictionary<long, List<Place>> _switches = [];
        private readonly HashSet<int> _switchJumps = [];
        private readonly Dictionary<int, int> _siteAt = [];
        private readonly List<string> _unresolved = [];
        private readonly List<int> _nops = [];
        private readonly HashSet<int> _traps = [];

        internal FlowGraph Run()
        {
            for (int i = 0; i < function.Calls.Length; i++) { _siteAt.TryAdd(function.Calls[i].Offset, i); }
            FindSwitches();
            Enter(new Place(section, start), null);
            var also = new List<int>();
            if (builder.Program.Code.Labels.TryGetValue(function.Id, out var labels)) { also.AddRange(labels.Select(l => Enter(new Place(section, l), null))); }
            if (builder.Program.Scanner.MiddleEntries.TryGetValue(function.Id, out var entries)) { also.AddRange(entries.Select(e => Enter(new Place(section, e), null))); }
            while (_pending.TryDequeue(out var next) && _nodes.Count < MostNodes) { Visit(next.At, next.Inside); }
            if (_pending.Count > 0) { _unresolved.Add("the function is too large to be followed whole"); }
            if (!builder.Program.File.IsRelocatable && builder.Program.Native is null && !builder.Program.Special.HasRegionNotes) { NopRegions.Apply(_nodes, _nops, Warns); }
            return new FlowGraph([.. _nodes.Select(n => new FlowNode(n.Event, n.Offset, n.Site, [.. n.Next]))], also, _unresolved);
        }

        private bool Warns(int node)
            => _traps.Contains(node) || (_nodes[node].Site >= 0 && function.Calls[_nodes[node].Site].Target is >= 0 and int id && builder.Program.Graph.Functions[id].Name == "__warn_printk");

        // Which table a jump uses is found in code order: the address is loaded shortly before.
        private void FindSwitches()
        {
            SectionDecoder decoder = builder.DecoderAt(section, start);
            var hints = new SwitchHints(builder.Program.File);
            for (long at = start; at < start + function.Size && decoder.Next(out Decoded decoded); at = decoded.Next)
            {
                hints.Note(in decoded);
                if (decoded.Instruction.FlowControl == FlowControl.IndirectBranch && builder.Program.JumpTables.Targets(function, in decoded, in hints).ToList() is { Count: > 0 } targets) { _switches.Add(at, targets); }
            }
        }

        private bool IsInside(Place place) => place.Section == section && place.Offset >= start && place.Offset < start + function.Size;

        private int Enter(Place place, ElfAlternative? inside)
        {
            if (_nodeAt.TryGetValue(place.Key, out int known)) { return known; }
            FlowEvent note = builder.Program.Special.Begins.Contains(place.Key) ? FlowEvent.Begin : builder.Program.Special.Ends.Contains(place.Key) ? FlowEvent.End : FlowEvent.None;
            int node = Add(note, place);
            _nodeAt.Add(place.Key, node);
            _pending.Enqueue((place, inside));
            return node;
        }

        private int Add(FlowEvent what, Place place, int site = -1)
        {
            _nodes.Add((what, IsInside(place) ? (int)(place.Offset - start) : -1, site, []));
            return _nodes.Count - 1;
        }

        private void Visit(Place place, ElfAlternative? inside)
        {
            int node = _nodeAt[place.Key];
            bool original = true;
            if (inside is null && builder.Program.Special.Alternatives.TryGetValue(place.Key, out var alternatives))
            {
                foreach (ElfAlternative alternative in alternatives)
                {
                    Place after = place with { Offset = place.Offset + alternative.OriginalLength, Symbol = -1 };
                    _nodes[node].Next.Add(alternative.Length == 0 || !builder.Program.File.Sections[alternative.Replacement.Section].IsCode ? Enter(after, null) : Enter(alternative.Replacement, alternative));
                    original &= !alternative.Always;
                }
            }

            if (builder.Program.Special.Edges.TryGetValue(place.Key, out var edges))
            {
                foreach ((Place to, string how) in edges) { _nodes[node].Next.Add(Follow(to, null, how, place)); }
            }

            if (!original) { return; }
            if (!builder.DecoderAt(place.Section, place.Offset).Next(out Decoded decoded)) { return; }
            // A region note is an event of its own; what the instruction does comes after it.
            Instruct(node, in decoded, place, inside);
        }

        private void Instruct(int node, in Decoded decoded, Place place, ElfAlternative? inside)
        {
            ref readonly Instruction instruction = ref decoded.Instruction;
            switch (instruction.FlowControl)
            {
                case FlowControl.Return:
                    if (instruction.Mnemonic is Mnemonic.Ret) { _nodes[node].Next.Add(Add(FlowEvent.Return, place)); }
                    return;
                case FlowControl.Exception:
                    _traps.Add(node);
                    if (builder.Program.Special.Reachable.Contains((place.Section, decoded.Next))) { GoOn(node, in decoded, place, inside); }
                    return;
                case FlowControl.Interrupt when instruction.Mnemonic == Mnemonic.Int3:
                    return;
                case FlowControl.ConditionalBranch:
                    _nodes[node].Next.Add(Follow(decoded.Memory, inside, null, place, decoded));
                    GoOn(node, in decoded, place, inside);
                    return;
                case FlowControl.UnconditionalBranch:
                    _nodes[node].Next.Add(Follow(decoded.Memory, inside, null, place, decoded));
                    return;
                case FlowControl.IndirectBranch:
                    if (IsInside(place) && _switches.TryGetValue(place.Offset, out var targets))
                    {
                        foreach (Place target in targets) { _nodes[node].Next.Add(Enter(target, null)); }
                        return;
                    }

                    _nodes[node].Next.Add(Leave(in decoded, place));
                    return;
                case FlowControl.Call or FlowControl.IndirectCall when builder.LeavesFunction(function, in decoded):
                    int call = Leave(in decoded, place);
                    _nodes[node].Next.Add(call);
                    if (_nodes[call].Site >= 0 && function.Calls[_nodes[call].Site].Target is >= 0 and int id && builder.Program.Graph.Functions[id].Is(FunctionFlags.NoReturn)) { return; }
                    GoOn(call, in decoded, place, inside);
                    return;
                case FlowControl.Call when instruction.IsCallNear && decoded.Memory.Section > 0 && builder.Program.File.Sections[decoded.Memory.Section].IsCode && builder.IsInnerCall(function, in decoded):
                    _nodes[node].Next.Add(Enter(decoded.Memory, inside));
                    return;
                default:
                    if (instruction.Mnemonic == Mnemonic.Nop && instruction.Length == 1 && _nodes[node].Event == FlowEvent.None) { _nops.Add(node); }
                    GoOn(node, in decoded, place, inside);
                    return;
            }
        }

        // The next instruction, if control gets there.
        private void GoOn(int node, in Decoded decoded, Place place, ElfAlternative? inside)
        {
            var next = new Place(place.Section, decoded.Next);
            if (builder.Program.Special.Unreachable.Contains(next.Key)) { return; }
            if (inside is not null && next.Section == inside.Replacement.Section && next.Offset >= inside.Replacement.Offset + inside.Length)
            {
                _nodes[node].Next.Add(Enter(inside.Original with { Offset = inside.Original.Offset + inside.OriginalLength, Symbol = -1 }, null));
                return;
            }

            if (IsInside(place) && !IsInside(next))
            {
                if (_siteAt.TryGetValue(function.Size, out int falls) && function.Calls[falls].IsTail) { _nodes[node].Next.Add(Add(FlowEvent.Call, place, falls)); }
                return;
            }

            _nodes[node].Next.Add(Enter(next, inside));
        }

        // Where a branch goes: on in this function, or out of it.
        private int Follow(Place to, ElfAlternative? inside, string? how, Place from, in Decoded decoded = default)
        {
            if (builder.Program.Code.At(to) is { } thunk && CodeScanner.IsReturnThunk(thunk.Name)) { return Add(FlowEvent.Return, from); }
            if (to.Section <= 0 || !builder.Program.File.Sections[to.Section].IsCode) { return to.Symbol > 0 && how is null ? Leave(in decoded, from) : Add(FlowEvent.None, from); }
            Function? owner = builder.Program.Code.At(to);
            if (owner is null || JumpTables.IsPartOf(function, owner)) { return Enter(to with { Symbol = -1 }, inside is not null && to.Section == inside.Replacement.Section ? inside : null); }
            return how is null ? Leave(in decoded, from) : Add(FlowEvent.Call, from, Edge(to, how, from, owner));
        }

        private int Edge(Place to, string how, Place from, Function owner)
        {
            int offset = IsInside(from) ? (int)(from.Offset - start) : -1;
            for (int i = 0; i < function.Calls.Length; i++)
            {
                if (function.Calls[i] is { Kind: CallKind.Implicit } known && known.Offset == offset && known.Target == owner.Id) { return i; }
            }

            function.Calls = [.. function.Calls, new CallSite(offset, CallKind.Implicit, owner.Id, -1, how)];
            return function.Calls.Length - 1;
        }

        private int Leave(in Decoded decoded, Place place)
        {
            int site;
            if (IsInside(place))
            {
                if (!_siteAt.TryGetValue((int)(place.Offset - start), out site)) { return Add(FlowEvent.None, place); }
                CallSite known = function.Calls[site];
                if (known.How is null && known.Target >= 0 && builder.Program.Graph.Functions[known.Target].Is(FunctionFlags.Hook) && GuardsAssertion(decoded.Next)) { function.Calls[site] = known with { How = CallSite.DebugAssertion }; }
            }
            else { site = builder.OutsideSite(function, in decoded, place.Section, builder.Program.File.Sections[place.Section].Name); }
            return Add(FlowEvent.Call, place, site);
        }

        // A check that ends in ud2 right behind a hook: the hook is there for the check's read.
        private bool GuardsAssertion(long next)
        {
            SectionDecoder decoder = builder.DecoderAt(section, next);
            bool compared = false;
            for (int i = 0; i < AssertionReach && decoder.Next(out Decoded decoded); i++)
            {
                if (decoded.Instruction.Mnemonic is Mnemonic.Cmp or Mnemonic.Test) { compared = true; }
                else if (decoded.Instruction.FlowControl == FlowControl.ConditionalBranch)
                {
                    return compared && (IsTrap(decoded.Next) || (decoded.Memory.Section == section && IsTrap(decoded.Memory.Offset)));
                }
                else if (decoded.Instruction.FlowControl != FlowControl.Next) { return false; }
            }

            return false;
        }

        private bool IsTrap(long offset) => builder.DecoderAt(section, offset).Next(out Decoded decoded) && decoded.Instruction.Mnemonic == Mnemonic.Ud2;
    }
}
