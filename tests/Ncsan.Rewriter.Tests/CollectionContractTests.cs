using System.Reflection;
using Ncsan.Rewriter.Collections;

namespace Ncsan.Rewriter.Tests;

/// <summary>The contract against the framework that the tests run on.</summary>
public class CollectionContractTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static IEnumerable<(CollectionType Contract, Type Type)> Types => CollectionContract.Types.Values.Select(c => (c, TypeOf(c.Name)));

    [Fact]
    public void Every_public_member_is_classified()
    {
        var missing = from pair in Types
                      where !pair.Contract.IsPartial
                      from member in Members(pair.Type)
                      where pair.Contract.Members.GetValueOrDefault(member.Key).Overloads != member.Count()
                      select $"{pair.Contract.Name} {member.Key} *{member.Count()}";
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_classified_member_exists()
    {
        var gone = from pair in Types
                   from member in pair.Contract.Members
                   where (Members(pair.Type)[member.Key].Any() ? Members(pair.Type)[member.Key] : Protected(pair.Type)[member.Key]).Count() != member.Value.Overloads
                   select $"{pair.Contract.Name} {member.Key} *{member.Value.Overloads}";
        Assert.Empty(gone);
    }

    [Fact]
    public void Every_public_nested_type_is_listed()
    {
        // A comparer is no view of the collection.
        var missing = Types.Where(p => !p.Contract.IsPartial).SelectMany(p => p.Type.GetNestedTypes(BindingFlags.Public)).Select(t => t.FullName!)
            .Where(n => !CollectionContract.Types.ContainsKey(n) && !n.EndsWith("+KeyValuePairComparer", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void The_kind_of_a_type_is_as_it_says() => Assert.All(Types, p => Assert.Equal(
        p.Type.IsInterface ? ReceiverKind.Interface : p.Type.IsAbstract && p.Type.IsSealed ? ReceiverKind.Static : p.Type.IsValueType ? ReceiverKind.Struct : ReceiverKind.Object, p.Contract.Kind));

    [Fact]
    public void A_type_is_open_if_the_program_can_override_what_it_does_or_what_that_calls() => Assert.All(
        Types.Where(p => p.Contract is { Kind: ReceiverKind.Object, IsPartial: false }),
        p => Assert.True(p.Contract.IsOpen == IsOpen(p.Type), $"{p.Contract.Name} is {(p.Contract.IsOpen ? "not " : "")}open"));

    [Theory]
    [InlineData("type X", "read Y Z", "read Q")]
    [InlineData("type X struct open")]
    public void A_contract_of_the_right_form_is_read(params string[] lines) => Assert.Single(CollectionContract.Parse(new StringReader(string.Join('\n', lines))));

    [Theory]
    [InlineData("type X\nreads Y")]
    [InlineData("read Y")]
    [InlineData("type X\nread")]
    public void A_line_of_another_form_is_refused(string text) => Assert.Throws<FormatException>(() => CollectionContract.Parse(new StringReader(text)));

    private static ILookup<string, MethodBase> Members(Type type) => type.GetMembers(Declared).OfType<MethodBase>().ToLookup(m => m.Name);

    private static ILookup<string, MethodBase> Protected(Type type) => type.GetMembers(BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly).OfType<MethodBase>().Where(static m => m.IsFamily).ToLookup(m => m.Name);

    /// <summary>Serialization hooks aside: they are virtual everywhere and called by nobody else.</summary>
    private static bool IsOpen(Type type) => !type.IsSealed && type.GetMethods(Declared | BindingFlags.NonPublic)
        .Any(m => m is { IsVirtual: true, IsFinal: false } && (m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly) && m.GetBaseDefinition().DeclaringType != typeof(object)
            && m.Name is not ("GetObjectData" or "OnDeserialization"));

    private static Type TypeOf(string name) =>
        new[]
            {
                typeof(object), typeof(HashSet<>), typeof(LinkedList<>), typeof(Enumerable), typeof(System.Collections.BitArray), typeof(System.Collections.SortedList), typeof(PriorityQueue<,>),
                typeof(System.Collections.ObjectModel.ObservableCollection<>), typeof(System.Collections.Specialized.NameValueCollection), typeof(System.Collections.Immutable.ImmutableList), typeof(System.Text.Json.Nodes.JsonNode),
                typeof(System.Xml.Linq.XElement),
            }
            .Select(t => t.Assembly.GetType(name)).FirstOrDefault(t => t is not null) ?? throw new InvalidOperationException($"no type {name}");
}
