using Mono.Cecil;

namespace Ncsan.Rewriter;

/// <summary>Finds referenced assemblies by file name in a list of folders, and remembers them. What is not there is null, never an exception.</summary>
internal sealed class FolderResolver : IAssemblyResolver
{
    private readonly Dictionary<string, AssemblyDefinition?> _found = new(StringComparer.OrdinalIgnoreCase);
    private readonly string[] _folders;

    internal FolderResolver(string input, IReadOnlyList<string> folders) =>
        _folders = [Path.GetDirectoryName(Path.GetFullPath(input))!, .. folders, Path.GetDirectoryName(typeof(object).Assembly.Location)!];

    public AssemblyDefinition? Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

    public AssemblyDefinition? Resolve(AssemblyNameReference name, ReaderParameters parameters)
    {
        if (_found.TryGetValue(name.Name, out var known)) { return known; }
        return _found[name.Name] = _folders.Select(f => Path.Combine(f, name.Name + ".dll")).Where(File.Exists).Select(Read).FirstOrDefault(a => a is not null);
    }

    private AssemblyDefinition? Read(string path)
    {
        try
        {
            return AssemblyDefinition.ReadAssembly(path, new ReaderParameters(ReadingMode.Deferred) { AssemblyResolver = this });
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var assembly in _found.Values) { assembly?.Dispose(); }
    }
}
