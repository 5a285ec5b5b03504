using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Sites;

/// <summary>Hands out the constant site ids of a module and makes its site table once tokens are known.</summary>
internal sealed class SiteBuilder
{
    private readonly List<(Site Site, MethodDefinition Method)> _sites = [];
    private (MethodDefinition? Method, string Text) _last;

    internal int Count => _sites.Count;

    /// <summary>Whether there is a site that the lock validator is told of.</summary>
    internal bool HasLocks => _sites.Exists(static s => s.Site.Kind == SiteKind.Lock);

    /// <summary>A new site. Its method token is filled in when the table is made.</summary>
    internal int Add(SiteKind kind, SiteFlags flags, int size, MethodDefinition method, string member, SequencePoint? point)
    {
        if (_last.Method != method) { _last = (method, Names.Method(method)); }
        bool visible = point is { IsHidden: false };
        _sites.Add((new Site(kind, flags, size, _last.Text, member, visible ? point!.Document.Url : null, visible ? point!.StartLine : 0, 0), method));
        return _sites.Count - 1;
    }

    /// <summary>Takes back the sites from <paramref name="count"/> on: their method stays clean.</summary>
    internal void Truncate(int count) => _sites.RemoveRange(count, _sites.Count - count);

    /// <summary>The table. Only after the module is written do methods have the tokens they are found by.</summary>
    internal SiteTable ToTable() => new(_sites.Select(s => s.Site with { MethodToken = s.Method.MetadataToken.ToInt32() }));
}
