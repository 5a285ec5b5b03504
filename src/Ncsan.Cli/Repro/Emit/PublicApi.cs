using Mono.Cecil;
using Ncsan.Cli.Applications;
using Ncsan.Rewriter;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime.Sites;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>The assemblies of an application that were rewritten, read for what of them anybody may call.</summary>
internal sealed class PublicApi : IDisposable
{
    private readonly FolderResolver _resolver;
    private readonly Lazy<ModuleDefinition[]> _modules;
    private readonly Lazy<Literals> _literals;

    /// <param name="app">The application as it was built.</param>
    /// <param name="copy">The folder of its rewritten copy, which says what was rewritten: what was not, such as a test platform, is no place for a race.</param>
    public PublicApi(Application app, string copy)
    {
        _resolver = new FolderResolver(app.MainAssembly, []);
        _modules = new Lazy<ModuleDefinition[]>(() =>
        [
            .. Directory.EnumerateFiles(copy, "*" + SiteTable.Extension).Select(static f => Path.GetFileNameWithoutExtension(f)).OrderBy(n => n != app.Name).ThenBy(static n => n, StringComparer.Ordinal)
                .Select(n => _resolver.Resolve(new AssemblyNameReference(n, null))?.MainModule).OfType<ModuleDefinition>(),
        ]);
        _literals = new Lazy<Literals>(() => new Literals(_modules.Value.FirstOrDefault(m => m.Assembly.Name.Name == app.Name)));
    }

    /// <summary>What the application passes to its methods.</summary>
    public Literals Literals => _literals.Value;

    /// <summary>The method that a frame of a report names, if a program of its own may call it; null for lambdas, private methods, code of others.</summary>
    public MethodDefinition? Find(string frame)
    {
        int parameters = frame.IndexOf('(');
        if (parameters < 0 || !frame.EndsWith(')') || frame.IndexOf('(', parameters + 1) >= 0) { return null; }
        foreach (ModuleDefinition module in _modules.Value)
        {
            MethodDefinition[] named = [.. module.GetTypes().SelectMany(static t => t.Methods).Where(m => frame.AsSpan(0, parameters).EndsWith(m.Name) && IsNamed(m, frame))];
            if (named.FirstOrDefault(IsVisible) is { } found) { return found; }
            if (named.Length > 0) { return null; }
        }

        return null;
    }

    /// <summary>The public method that a lambda or a local function of a report is written in.</summary>
    public MethodDefinition? FindHolder(string frame)
    {
        int end = frame.IndexOf("()", StringComparison.Ordinal);
        if (end < 0 || end + 2 == frame.Length) { return null; }
        string holder = frame[..end];
        return _modules.Value.SelectMany(static m => m.GetTypes()).SelectMany(static t => t.Methods).Where(m => holder.EndsWith(m.Name, StringComparison.Ordinal) && Is(holder, m, $"{Names.Type(m.DeclaringType)}.{m.Name}") && IsVisible(m))
            .MinBy(static m => m.Parameters.Count);
    }

    /// <summary>The types of the application's own assemblies that anybody may name.</summary>
    public IEnumerable<TypeDefinition> VisibleTypes(ModuleDefinition module) => module.GetTypes().Where(IsVisible);

    public bool Holds(TypeDefinition type) => Array.IndexOf(_modules.Value, type.Module) >= 0;

    public static bool IsVisible(TypeDefinition type) => type.DeclaringType is { } outer ? type.IsNestedPublic && IsVisible(outer) : type.IsPublic;

    /// <summary>The interface method that a private method implements, where that can be called.</summary>
    public static MethodReference? ThroughInterface(MethodDefinition method) => method.IsPublic ? null : method.Overrides.FirstOrDefault(static o => o.DeclaringType.Resolve() is { IsInterface: true } type && IsVisible(type));

    public void Dispose() => _resolver.Dispose();

    private static bool IsVisible(MethodDefinition method) => IsVisible(method.DeclaringType) && (method.IsPublic || ThroughInterface(method) is not null);

    // The body of an async method or an iterator is known by its holder's name alone.
    private static bool IsNamed(MethodDefinition method, string frame) =>
        Is(frame, method, Names.Method(method))
        || (frame.EndsWith("()", StringComparison.Ordinal) && method.CustomAttributes.Any(static a => a.AttributeType.Name.EndsWith("StateMachineAttribute", StringComparison.Ordinal)) && Is(frame, method, $"{Names.Type(method.DeclaringType)}.{method.Name}()"));

    /// <summary>Frames without symbols carry their namespace.</summary>
    private static bool Is(string frame, MethodDefinition method, string name)
    {
        if (frame == name) { return true; }
        if (!frame.EndsWith(name, StringComparison.Ordinal)) { return false; }
        TypeDefinition outermost = method.DeclaringType;
        while (outermost.DeclaringType is { } outer) { outermost = outer; }
        return frame == $"{outermost.Namespace}.{name}";
    }
}
