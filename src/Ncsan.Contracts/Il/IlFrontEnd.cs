using Mono.Cecil;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Il;

/// <summary>
/// Makes the call graph of managed assemblies. Two passes: one over the whole program, without the framework, says what every field and argument can
/// hold; one from the protected methods, the hooks and the named roots says precisely what those can reach, the framework included.
/// </summary>
public sealed partial class IlFrontEnd : IFrontEnd, IDisposable
{
    private readonly IlWorld _world;
    private readonly IlOptions _options;
    private readonly Profile _profile;
    private readonly Protection _protection;
    private readonly Dictionary<IlMethod, Function> _functions = [];
    private readonly List<IlMethod> _methods = [];
    private readonly bool _closed;
    private readonly Dictionary<IlMethod, bool> _cut = [];

    private IlFrontEnd(IlOptions options)
    {
        _options = options;
        _profile = options.Profile ?? Profile.Shipped("managed")!;
        _world = new IlWorld(options);
        _protection = new Protection(_world);
        _closed = options.Closed ?? _world.Given.Any(a => a.EntryPoint is not null);
        Graph = new CallGraph(string.Join(", ", _world.Given.Select(a => a.Name.Name)), this) { Dialect = Dialect.Managed };
    }

    /// <summary>The graph that was made.</summary>
    public CallGraph Graph { get; }

    /// <summary>How much was looked at.</summary>
    public IlProofSize Size { get; private set; }

    /// <summary>Functions that searches for recursion start from: the hooks and what <see cref="IlOptions.Roots"/> names.</summary>
    public IReadOnlyList<Function> Roots { get; private set; } = [];

    /// <summary>Reads the assemblies and makes their graph.</summary>
    /// <exception cref="IlInputException">The input cannot be verified; the message says why and what to do.</exception>
    public static IlFrontEnd Read(IlOptions options)
    {
        IlFrontEnd? frontEnd = null;
        try
        {
            frontEnd = new IlFrontEnd(options);
            frontEnd.Build();
            return frontEnd;
        }
        catch (Exception fault)
        {
            frontEnd?.Dispose();
            if (fault is IlInputException || !IlWorld.IsBadImage(fault)) { throw; }
            throw new IlInputException("NCS2302", $"{string.Join(", ", options.Assemblies.Select(Path.GetFileName))}: its metadata contradicts itself ({fault.GetType().Name}); it may be obfuscated or damaged, and cannot be verified");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _world.Dispose();

    /// <summary>The name that the graph has for a method.</summary>
    public static string NameOf(MethodReference method) => IlNames.Of(method);

    private void Build()
    {
        var values = new ValueTable();
        var whole = new IlPass(_world, values, new PassMode(TrackObjects: false, _options.WholeClosure, _closed || OnlySanitizer), before: null, _ => false);
        List<IlMethod> given = [.. _world.Given.SelectMany(a => a.Modules).SelectMany(m => m.GetTypes()).SelectMany(t => t.Methods).Select(_world.Method)];
        foreach (IlMethod method in given) { whole.AddRoot(method); }
        whole.Run();

        List<IlMethod> roots = FindRoots(given);
        var precise = new IlPass(_world, values, new PassMode(TrackObjects: true, _options.FollowFramework, _closed), whole, StopsAt);
        foreach (IlMethod method in roots) { precise.AddRoot(method); }
        if (!OnlySanitizer)
        {
            foreach (IlMethod method in whole.Reached.Where(m => m.Role == AssemblyRole.Application && m.HasBody && _protection.IsProtected(m)).ToList()) { precise.AddRoot(method); }
        }

        precise.Run();
        Fill(whole, precise);
        Roots = [.. roots.Select(r => _functions[r])];
        foreach (string missing in _world.Missing) { Graph.Notes.Add($"{missing} was not found: calls into it are unresolved."); }
        if (precise.DeadCalls > 0) { Graph.Notes.Add($"{precise.DeadCalls} calls through slots have no target: nothing in this program makes an object for them or stores a delegate there."); }
        if (!_options.FollowFramework) { Graph.Notes.Add("The framework was not looked into: its methods are taken to call the delegates that they are handed, and nothing else of the program."); }
    }

    // Of our own runtime the question is what the hooks reach: its other entries run under the guard, and would blur the answer.
    private bool OnlySanitizer => _world.Given.All(a => _world.RoleOf(a.MainModule) == AssemblyRole.Sanitizer);

    // The question "what does this reach" ends at instrumented code: from there on, hooks run anyway.
    private bool StopsAt(IlMethod method) => (_protection.IsInstrumented(method) && !_protection.IsProtected(method)) || IsCut(method);

    private bool IsCut(IlMethod method)
    {
        if (method.Role == AssemblyRole.Application) { return false; }
        if (!_cut.TryGetValue(method, out bool cut)) { _cut.Add(method, cut = _profile.IsCut(method.Name, out _)); }
        return cut;
    }

    private List<IlMethod> FindRoots(List<IlMethod> given)
    {
        var roots = given.Where(m => _options.HooksAreRoots && _protection.IsHook(m) && m.HasBody).ToList();
        foreach (string name in _options.Roots)
        {
            List<IlMethod> named = [.. given.Where(m => m.HasBody && IsNamed(m, name))];
            if (named.Count == 0) { throw new IlInputException("NCS2309", $"no method of {Graph.Name} is named '{name}'; give Namespace.Type.Method or its end"); }
            roots.AddRange(named.Where(m => !roots.Contains(m)));
        }

        return roots;
    }

    /// <summary>The full names of the functions that the user's <paramref name="name"/> can mean: <c>Namespace.Type.Method(int)</c>, with or without the
    /// parameters, or the end of it.</summary>
    public IReadOnlyList<string> Find(string name)
        => [.. _methods.Where(m => IsNamed(m, name)).Select(m => m.Name).Distinct(StringComparer.Ordinal)];

    private static bool IsNamed(IlMethod method, string name)
    {
        string full = method.Name, bare = full[..full.LastIndexOf('(')];
        string at = name.Contains('(') ? full : bare;
        return at == name || at.EndsWith("." + name, StringComparison.Ordinal);
    }
}

/// <summary>How much a proof over IL rests on.</summary>
/// <param name="Assemblies">Assemblies under verification.</param>
/// <param name="Methods">Methods whose bodies were read.</param>
/// <param name="ProtectedMethods">Protected methods among those under verification.</param>
/// <param name="Edges">Calls, each target of an indirect one counted.</param>
/// <param name="IndirectSites">Calls through a virtual method, an interface, a delegate or a pointer.</param>
/// <param name="Resolved">How many of those have all their targets known.</param>
public readonly record struct IlProofSize(int Assemblies, int Methods, int ProtectedMethods, long Edges, int IndirectSites, int Resolved);
