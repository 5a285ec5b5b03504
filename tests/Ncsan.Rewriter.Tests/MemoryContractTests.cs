using System.Reflection;
using Mono.Cecil;
using Ncsan.Rewriter.Memory;
using Ncsan.Rewriter.Passes.Memory;

namespace Ncsan.Rewriter.Tests;

/// <summary>What is said of the framework's methods against the framework that the tests run on.</summary>
public class MemoryContractTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Every_method_is_there_with_these_parameters() => Assert.Empty(
        from type in MemoryContract.Types
        from method in type.Value
        where Members(type.Key).Count(m => m.Name == method.Name && Types(m) == method.Parameters && m.GetParameters().Select(p => p.Name).SequenceEqual(method.ParameterNames)) != 1
        select $"{type.Key} {method.Name}({method.Parameters})");

    [Fact]
    public void What_is_read_and_written_is_an_array_or_a_span_and_what_counts_is_a_number() => Assert.Empty(
        from type in MemoryContract.Types
        from method in type.Value
        let member = Members(type.Key).First(m => m.Name == method.Name && Types(m) == method.Parameters)
        from effect in method.Effects
        where (effect.Parameter != MemoryEffect.This && !IsRun(member.GetParameters()[effect.Parameter].ParameterType))
            || (effect.Parameter == MemoryEffect.This && (type.Key != "System.Array" || member.IsStatic))
            || ((int?[])[effect.Start, effect.Length.Parameter]).Any(p => p is { } number && member.GetParameters()[number].ParameterType != typeof(int))
            || (effect.Length.IsKnownAfter && (member as MethodInfo)?.ReturnType != typeof(int))
            || (effect.Length.Counter is { } counter && (member.DeclaringType!.GetMethod(counter, [.. effect.Length.Parameters.Select(p => member.GetParameters()[p].ParameterType)]) is not { } counting || counting.ReturnType != typeof(int) || counting.IsStatic || member.IsStatic))
            || (effect.Writes && effect.Parameter >= 0 && member.GetParameters()[effect.Parameter].ParameterType.Name == "ReadOnlySpan`1")
        select $"{type.Key} {method.Name}({method.Parameters})");

    [Fact]
    public void Every_method_that_updates_a_struct_is_there_and_may_change_it() => Assert.All(FrameworkArgumentPass.Updates, u => Assert.Contains(
        TypeOf(u.Type).GetMethods(Declared), m => m.Name == u.Method && !m.IsStatic && !m.CustomAttributes.Any(static a => a.AttributeType.Name == "IsReadOnlyAttribute")));

    [Fact]
    public void Every_method_of_Marshal_that_names_a_size_is_known_by_it()
    {
        var types = ModuleDefinition.CreateModule("x", ModuleKind.Dll).TypeSystem;
        var methods = typeof(System.Runtime.InteropServices.Marshal).GetMethods(Declared).Where(static m => m.Name.StartsWith("Read", StringComparison.Ordinal) || m.Name.StartsWith("Write", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(methods);
        foreach (var method in methods)
        {
            var (type, write) = MarshalCallPass.Value(types, method.Name) ?? throw new InvalidOperationException($"{method} is not known");
            Assert.Equal(write, method.ReturnType == typeof(void));
            var value = write ? method.GetParameters()[^1].ParameterType : method.ReturnType;
            Assert.True(type.Name == value.Name || (type.Name, value) == ("Int16", typeof(char)), method.ToString());
            Assert.True(method.GetParameters().Length == (write ? 2 : 1) || method.GetParameters()[1].ParameterType == typeof(int), method.ToString());
        }
    }

    [Theory]
    [InlineData("type X\nM(int[] a, int n): reads a[n]")]
    [InlineData("type X\nM(int[] a): reads a[found]")]
    [InlineData("type X\nM(int[] a): reads a[missed] writes this[Count()]")]
    [InlineData("type X\nM(Dictionary<int, int> d, int[] a): reads a[0, 3] writes a")]
    public void A_contract_of_the_right_form_is_read(string text)
    {
        if (text.Contains("[0, 3]", StringComparison.Ordinal)) { Assert.Throws<FormatException>(() => MemoryContract.Parse(new StringReader(text))); return; }
        Assert.Single(MemoryContract.Parse(new StringReader(text)));
    }

    [Theory]
    [InlineData("M(int[] a): reads a")]
    [InlineData("type X\nM(int[] a) reads a")]
    [InlineData("type X\nM(int[] a): reads b")]
    [InlineData("type X\nM(int[] a): takes a")]
    public void A_line_of_another_form_is_refused(string text) => Assert.Throws<FormatException>(() => MemoryContract.Parse(new StringReader(text)));

    private static bool IsRun(Type type) => type.IsArray || type == typeof(Array) || type.Name is "Span`1" or "ReadOnlySpan`1";

    private static string Types(MethodBase method) => string.Join(", ", method.GetParameters().Select(static p => Text(p.ParameterType)));

    private static string Text(Type type) => type.IsGenericParameter ? "T" : type.IsArray ? Text(type.GetElementType()!) + "[]"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Text))}>"
        : Runtime.Sites.SourceNames.OfType(type);

    private static IEnumerable<MethodBase> Members(string type) => TypeOf(type).GetMembers(Declared).OfType<MethodBase>();

    private static Type TypeOf(string name) => new[] { typeof(object), typeof(System.Security.Cryptography.RandomNumberGenerator), typeof(System.Collections.Specialized.BitVector32) }
        .Select(t => t.Assembly.GetType(name)).FirstOrDefault(static t => t is not null) ?? throw new InvalidOperationException($"no type {name}");
}
