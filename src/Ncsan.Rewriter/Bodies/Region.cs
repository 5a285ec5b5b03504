using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>What a region of a method is.</summary>
internal enum RegionKind
{
    Method,
    Try,
    Filter,
    Handler,
}

/// <summary>A range of ops that control enters at its first op only: the method, a try block, a filter, a handler. Regions nest.</summary>
internal sealed class Region(RegionKind kind, int start, int end)
{
    internal RegionKind Kind { get; } = kind;

    internal int Start { get; } = start;

    /// <summary>The index after the last op.</summary>
    internal int End { get; } = end;

    internal Region? Parent { get; set; }

    internal List<Region> Children { get; } = [];

    /// <summary>The first instruction that was emitted for the region.</summary>
    internal Instruction? First { get; set; }

    /// <summary>The first instruction that was emitted after the region; null at the end of the method.</summary>
    internal Instruction? After { get; set; }

    internal bool IsInFilter => Kind == RegionKind.Filter || (Parent?.IsInFilter ?? false);

    /// <summary>The regions of a body, the method first, and which regions each handler stands for.</summary>
    internal static (Region Root, List<HandlerRegions> Handlers) Tree(MethodBody body, int opCount, Func<Instruction?, int> indexOf)
    {
        var regions = new Dictionary<(int, int), Region>();
        Region Get(RegionKind kind, Instruction start, Instruction? end)
        {
            var key = (indexOf(start), indexOf(end));
            if (!regions.TryGetValue(key, out var region)) { regions[key] = region = new Region(kind, key.Item1, key.Item2); }
            return region;
        }

        var handlers = new List<HandlerRegions>();
        foreach (var handler in body.ExceptionHandlers)
        {
            var tried = Get(RegionKind.Try, handler.TryStart, handler.TryEnd);
            var filter = handler.FilterStart is null ? null : Get(RegionKind.Filter, handler.FilterStart, handler.HandlerStart);
            handlers.Add(new(handler, tried, filter, Get(RegionKind.Handler, handler.HandlerStart, handler.HandlerEnd)));
        }

        var root = new Region(RegionKind.Method, 0, opCount);
        foreach (var region in regions.Values.OrderBy(r => r.Start).ThenByDescending(r => r.End)) { root.Adopt(region); }
        return (root, handlers);
    }

    private void Adopt(Region region)
    {
        var inner = Children.Find(c => c.Start <= region.Start && region.End <= c.End);
        if (inner is not null) { inner.Adopt(region); return; }
        region.Parent = this;
        Children.Add(region);
    }
}

/// <summary>An exception handler of the body and its regions.</summary>
internal readonly record struct HandlerRegions(ExceptionHandler Handler, Region Try, Region? Filter, Region Catch);
