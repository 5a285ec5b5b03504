using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using Ncsan.Runtime.Collections;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Framework;

/// <summary>
/// What the parameters of a framework type stand for in a finding. A stack knows methods by their definitions only; the program's call into the framework, in the IL of the
/// topmost method of the program, names the type that it calls with its arguments.
/// </summary>
/// <remarks>For the reporter thread only. Where the program's own code is generic, or two calls of one line disagree, the parameters stay.</remarks>
internal sealed class CallerTypes
{
    private const int DeepestPart = 3, MostTypes = 200;

    private const BindingFlags Parts = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields(BindingFlags.Static | BindingFlags.Public).Select(static f => (OpCode)f.GetValue(null)!).ToDictionary(static c => c.Value);

    private readonly List<MethodBase> _calls;
    private readonly List<Type> _entered;

    private CallerTypes(List<MethodBase> calls, List<Type> entered) => (_calls, _entered) = (calls, entered);

    /// <summary>The calls of the program's topmost line on a stack, those of the method that it led to alone if they are there.</summary>
    internal static CallerTypes? Of(StackTrace? stack)
    {
        MethodBase? callee = null;
        List<Type> entered = [];
        foreach (StackFrame frame in stack?.GetFrames() ?? [])
        {
            if (frame.GetMethod() is not { } method || FrameworkLink.IsOurs(method)) { continue; }
            if (!FrameworkLink.IsFramework(method))
            {
                return callee is null || frame.GetILOffset() == StackFrame.OFFSET_UNKNOWN ? null : new CallerTypes(CallsAt(method, frame.GetILOffset(), callee), entered);
            }

            callee = method;
            if (method.DeclaringType is { IsGenericTypeDefinition: true } type) { entered.Add(type); }
        }

        return null;
    }

    /// <summary>The name of a type with its arguments, by the name of its definition; null when they are not known.</summary>
    internal string? Close(string definition)
    {
        Type? closed = null;
        foreach (MethodBase call in _calls)
        {
            if (Find(call, definition) is not { } found) { continue; }
            if (closed is not null && closed != found) { return null; }
            closed = found;
        }

        return closed is null ? null : SourceNames.OfType(closed);
    }

    private Type? Find(MethodBase call, string definition)
    {
        Type? entered = KnownCollections.ByName(definition) ?? _entered.Find(t => SourceNames.OfType(t) == definition);
        foreach (Type seed in Seeds(call))
        {
            List<Type> parts = PartsOf(seed);
            Type? found = parts.Find(t => SourceNames.OfType(t.GetGenericTypeDefinition()) == definition) ?? (entered is null ? null : parts.Select(t => Implementer(t, entered)).FirstOrDefault(static t => t is not null));
            if (found is { ContainsGenericParameters: false }) { return found; }
        }

        return null;
    }

    private static IEnumerable<Type> Seeds(MethodBase call)
    {
        if (call.DeclaringType is { } type) { yield return type; }
        foreach (ParameterInfo parameter in call.GetParameters()) { yield return parameter.ParameterType; }
        if (call is MethodInfo { ReturnType: { } returned }) { yield return returned; }
    }

    /// <summary>The generic types that a type is made of: itself, its bases, the types of its fields and what they are made of.</summary>
    private static List<Type> PartsOf(Type whole)
    {
        var seen = new HashSet<Type>();
        var parts = new List<Type>();
        var level = new List<Type> { whole };
        for (int depth = 0; depth <= DeepestPart && level.Count > 0; depth++)
        {
            var next = new List<Type>();
            foreach (Type type in level)
            {
                for (Type? t = type.HasElementType ? type.GetElementType() : type; t is not null && t != typeof(object); t = t.BaseType)
                {
                    if (t.IsGenericParameter || !seen.Add(t) || seen.Count > MostTypes) { break; }
                    if (!t.IsGenericType) { continue; }
                    parts.Add(t);
                    next.AddRange(t.GetFields(Parts).Select(static f => f.FieldType));
                }
            }

            level = next;
        }

        return parts;
    }

    /// <summary>The type of this definition that implements an interface, where that says what all its parameters are.</summary>
    private static Type? Implementer(Type called, Type definition)
    {
        if (!called.IsInterface || !called.IsConstructedGenericType) { return null; }
        Type[] parameters = definition.GetGenericArguments();
        foreach (Type implemented in definition.GetInterfaces())
        {
            var arguments = new Type?[parameters.Length];
            if (Unify(implemented, called, arguments) && Array.TrueForAll(arguments, static a => a is not null))
            {
                try { return definition.MakeGenericType(arguments!); }
                catch (ArgumentException) { return null; }
            }
        }

        return null;
    }

    private static bool Unify(Type open, Type closed, Type?[] arguments)
    {
        if (open.IsGenericParameter) { return (arguments[open.GenericParameterPosition] ??= closed) == closed; }
        if (!open.IsGenericType || !closed.IsGenericType || open.GetGenericTypeDefinition() != closed.GetGenericTypeDefinition()) { return open == closed; }
        return open.GetGenericArguments().Zip(closed.GetGenericArguments()).All(pair => Unify(pair.First, pair.Second, arguments));
    }

    /// <summary>The calls from an offset on to the end of its line, of the method that is next on the stack alone if it is one of them.</summary>
    private static List<MethodBase> CallsAt(MethodBase caller, int offset, MethodBase callee)
    {
        int line = Symbols.Find(caller, offset).Line;
        var calls = new List<MethodBase>();
        foreach ((int at, int token) in Calls(caller.GetMethodBody()?.GetILAsByteArray() ?? []))
        {
            if (at < offset || Symbols.Find(caller, at).Line != line) { continue; }
            if (Resolve(caller, token) is not { } call || call.DeclaringType is null) { continue; }
            if (call.Module == callee.Module && call.MetadataToken == callee.MetadataToken) { return [call]; }
            calls.Add(call);
        }

        return calls;
    }

    private static MethodBase? Resolve(MethodBase caller, int token)
    {
        try
        {
            return caller.Module.ResolveMethod(token, caller.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null, caller.IsGenericMethod ? caller.GetGenericArguments() : null);
        }
        catch (Exception fault) when (fault is ArgumentException or BadImageFormatException or MissingMemberException or TypeLoadException or IOException)
        {
            return null;
        }
    }

    private static IEnumerable<(int Offset, int Token)> Calls(byte[] il)
    {
        for (int i = 0; i < il.Length;)
        {
            int start = i;
            short value = il[i] == 0xFE && i + 1 < il.Length ? (short)(0xFE00 | il[i + 1]) : il[i];
            if (!s_opCodes.TryGetValue(value, out OpCode code)) { yield break; }
            i += code.Size;
            if (code.OperandType == OperandType.InlineMethod && i + 4 <= il.Length) { yield return (start, BitConverter.ToInt32(il, i)); }
            i += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => i + 4 <= il.Length ? 4 + (4 * BitConverter.ToInt32(il, i)) : 4,
                _ => 4,
            };
        }
    }
}
