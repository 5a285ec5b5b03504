using System.Reflection;

namespace Ncsan.Runtime.Sites;

/// <summary>A rewritten module and its range of site numbers.</summary>
internal sealed class RewrittenModule
{
    /// <summary>Weak: a collectible load context must be able to go. Null for a module of the framework, which is known by its path.</summary>
    private readonly WeakReference<Module>? _module;
    private readonly string _path;
    private SiteTable? _table;
    private bool _isRead;

    internal RewrittenModule(int first, int count, Module module)
    {
        (First, Count, _module) = (first, count, new WeakReference<Module>(module));
        _path = module.FullyQualifiedName;
        Name = module.ScopeName;
        Version = module.ModuleVersionId.ToString("n")[..8];
    }

    /// <summary>A module of an instrumented framework.</summary>
    internal RewrittenModule(int first, int count, string path) => (First, Count, _path, Name) = (first, count, path, Path.GetFileName(path));

    internal int First { get; }

    internal int Count { get; }

    internal string Name { get; }

    /// <summary>A short name of the build; of a module of the framework none, since that is one for all.</summary>
    internal string Version { get; } = "";

    /// <summary>The module, unless it is the framework's or has been unloaded.</summary>
    internal Module? Module => _module is not null && _module.TryGetTarget(out Module? module) ? module : null;

    /// <summary>A module of the program, not of an instrumented framework.</summary>
    internal bool IsOfProgram => _module is not null;

    internal bool Is(Module module) => _module is null ? module.FullyQualifiedName == _path : _module.TryGetTarget(out Module? mine) && mine == module;

    internal Site? SiteAt(int number)
    {
        if (!_isRead)
        {
            _isRead = true;
            _table = Read();
        }

        return _table is { } table && number - First < table.Count ? table[number - First] : null;
    }

    /// <summary>Whether a site of an earlier run is the same one now.</summary>
    internal bool IsStill(SiteKey key) => SiteAt(First + key.Id) is { } site && site.Method == key.Method && site.Member == key.Member;

    private SiteTable? Read()
    {
        string path = SiteTable.PathFor(_path);
        try
        {
            using FileStream file = File.OpenRead(path);
            return SiteTable.Read(file);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Findings.Notice.Say("NCS2204", $"the site table {path} cannot be read, so findings in {Name} have no member names: {fault.Message}");
            return null;
        }
    }
}
