using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Rocks;
using Ncsan.Runtime;
using Ncsan.Runtime.Framework;

namespace Ncsan.Rewriter;

/// <summary>
/// The members of <see cref="Hooks"/> as the module at hand names them. Signatures are taken from the runtime itself, so they cannot drift;
/// types other than primitives are named in System.Private.CoreLib, where every facade leads in the end.
/// </summary>
internal sealed class HookReferences
{
    private static readonly Dictionary<string, MethodInfo> s_hooks = HooksOf(typeof(Hooks)), s_home = HooksOf(typeof(HookHome));

    private readonly ModuleDefinition _module;
    private readonly bool _framework;
    private readonly AssemblyNameReference? _runtime;

    /// <summary>Null in CoreLib itself.</summary>
    private readonly AssemblyNameReference? _coreLibrary;
    private readonly Dictionary<string, MethodReference> _methods = [];

    /// <param name="module">The module that names the hooks.</param>
    /// <param name="framework">It is the framework's, so that its hooks are those of the home in CoreLib.</param>
    internal HookReferences(ModuleDefinition module, bool framework = false)
    {
        _module = module;
        _framework = framework;
        _runtime = framework ? null : Scope(typeof(Hooks).Assembly);
        _coreLibrary = module.Assembly.Name.Name == typeof(object).Assembly.GetName().Name ? null : Scope(typeof(object).Assembly);
        State = new FieldReference(nameof(Hooks.State), module.TypeSystem.Int32, Named(framework ? typeof(HookHome) : typeof(Hooks)));
        Locks = new FieldReference(nameof(HookHome.Locks), module.TypeSystem.Int32, State.DeclaringType);
    }

    /// <summary>The field that says which copy runs.</summary>
    internal FieldReference State { get; }

    /// <summary>In the framework, the field that says whether anybody wants to know of its locks.</summary>
    internal FieldReference Locks { get; }

    /// <summary>The static int that holds the module's site base. Set by the module-initializer pass, which comes first.</summary>
    internal FieldReference SiteBase { get; set; } = null!;

    /// <summary>The hook of this name: <c>nameof(Hooks.Read4)</c>.</summary>
    internal MethodReference this[string name]
    {
        get
        {
            if (!_methods.TryGetValue(name, out var reference)) { _methods[name] = reference = Reference((_framework ? s_home : s_hooks)[name]); }
            return reference;
        }
    }

    /// <summary>A generic hook, closed over types.</summary>
    internal MethodReference Generic(string name, params ReadOnlySpan<TypeReference> arguments)
    {
        var closed = new GenericInstanceMethod(this[name]);
        foreach (TypeReference argument in arguments) { closed.GenericArguments.Add(argument); }
        return closed;
    }

    /// <summary>A constructor of the runtime's own assembly, for the marker.</summary>
    internal MethodReference Constructor(Type type)
    {
        var constructor = type.GetConstructors().Single();
        var reference = new MethodReference(".ctor", _module.TypeSystem.Void, Type(type, null)) { HasThis = true };
        foreach (var parameter in constructor.GetParameters()) { reference.Parameters.Add(new ParameterDefinition(Type(parameter.ParameterType, reference))); }
        return reference;
    }

    /// <summary>The conversion of a span of this element type to a read-only one.</summary>
    internal MethodReference SpanToReadOnly(TypeReference element)
    {
        var open = Type(typeof(Span<>));
        var readOnly = new GenericInstanceType(Type(typeof(ReadOnlySpan<>))) { GenericArguments = { open.GenericParameters[0] } };
        var span = new GenericInstanceType(open) { GenericArguments = { element } };
        return new MethodReference("op_Implicit", readOnly, span) { Parameters = { new ParameterDefinition(new GenericInstanceType(open) { GenericArguments = { open.GenericParameters[0] } }) } };
    }

    /// <summary>A type of the framework or the runtime.</summary>
    internal TypeReference Type(Type type) => Type(type, null);

    private MethodReference Reference(MethodInfo hook)
    {
        var reference = new MethodReference(hook.Name, _module.TypeSystem.Void, State.DeclaringType);
        foreach (var parameter in hook.GetGenericArguments()) { reference.GenericParameters.Add(new GenericParameter(parameter.Name, reference)); }
        reference.ReturnType = Type(hook.ReturnType, reference);
        foreach (var parameter in hook.GetParameters()) { reference.Parameters.Add(new ParameterDefinition(Type(parameter.ParameterType, reference))); }
        return reference;
    }

    private TypeReference Type(Type type, MethodReference? method)
    {
        if (type.IsByRef) { return Type(type.GetElementType()!, method).MakeByReferenceType(); }
        if (type.IsArray) { return Type(type.GetElementType()!, method).MakeArrayType(); }
        if (type.IsPointer) { return Type(type.GetElementType()!, method).MakePointerType(); }
        if (type.IsGenericMethodParameter) { return method!.GenericParameters[type.GenericParameterPosition]; }
        if (type.IsConstructedGenericType) { return Type(type.GetGenericTypeDefinition(), method).MakeGenericInstanceType([.. type.GetGenericArguments().Select(a => Type(a, method))]); }
        return Primitive(type) ?? Named(type);
    }

    private TypeReference? Primitive(Type type)
    {
        var types = _module.TypeSystem;
        return type == typeof(void) ? types.Void : type == typeof(object) ? types.Object : type == typeof(string) ? types.String : type == typeof(bool) ? types.Boolean
            : type == typeof(byte) ? types.Byte : type == typeof(sbyte) ? types.SByte : type == typeof(char) ? types.Char : type == typeof(short) ? types.Int16
            : type == typeof(ushort) ? types.UInt16 : type == typeof(int) ? types.Int32 : type == typeof(uint) ? types.UInt32 : type == typeof(long) ? types.Int64
            : type == typeof(ulong) ? types.UInt64 : type == typeof(float) ? types.Single : type == typeof(double) ? types.Double : type == typeof(nint) ? types.IntPtr
            : type == typeof(nuint) ? types.UIntPtr : null;
    }

    private static Dictionary<string, MethodInfo> HooksOf(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).ToDictionary(m => m.Name);

    private TypeReference Named(Type type)
    {
        if (_coreLibrary is null) { return _module.GetType(type.FullName!.Replace('+', '/')); }
        IMetadataScope? scope = type == typeof(HookHome) ? _coreLibrary : type.Assembly == typeof(Hooks).Assembly ? _runtime : type.Assembly == typeof(object).Assembly ? _coreLibrary : Scope(type.Assembly);
        var reference = new TypeReference(type.Namespace, type.Name, _module, scope, type.IsValueType);
        if (type.DeclaringType is { } outer) { reference.DeclaringType = Named(outer); reference.Namespace = ""; }
        foreach (var parameter in type.GetGenericArguments()) { reference.GenericParameters.Add(new GenericParameter(parameter.Name, reference)); }
        return reference;
    }

    private AssemblyNameReference Scope(Assembly assembly)
    {
        var name = assembly.GetName();
        var known = _module.AssemblyReferences.FirstOrDefault(r => r.Name == name.Name);
        if (known is not null) { return known; }
        var reference = new AssemblyNameReference(name.Name, name.Version) { PublicKeyToken = name.GetPublicKeyToken() };
        _module.AssemblyReferences.Add(reference);
        return reference;
    }
}
