using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Tests;

/// <summary>What is read off the name of a member.</summary>
public sealed class MemberNamesTests
{
    [Theory]
    [InlineData("C._f (int)", "int")]
    [InlineData("captured local x (List<int>)", "List<int>")]
    [InlineData("double[,,]", "double")]
    [InlineData("int[][]", "int[]")]
    [InlineData("ref Light", "Light")]
    [InlineData("Span<char>", "char")]
    [InlineData("ReadOnlySpan<ValueTuple<int, int>>", "ValueTuple<int, int>")]
    [InlineData("FieldInfo.SetValue", "")]
    [InlineData("bytes", "")]
    public void A_name_tells_the_type(string member, string type) => Assert.Equal(type, MemberNames.TypeOf(member));

    [Theory]
    [InlineData("Config.Limit (int)", "FieldInfo.SetValue")]
    [InlineData("captured local total (int)", "ref int")]
    [InlineData("int[]", "Span<int>")]
    [InlineData("Span<int>", "ref int")]
    [InlineData("ref int", "bytes")]
    [InlineData("A._x (int)", "B._x (int)")]
    [InlineData("byte[]", "int[]")]
    public void A_location_is_called_by_the_side_that_knows_more_of_it(string better, string worse)
    {
        Assert.Equal(better, MemberNames.MoreTelling(better, worse, isCollection: false));
        Assert.Equal(better, MemberNames.MoreTelling(worse, better, isCollection: false));
    }

    [Theory]
    [InlineData("Bank._entries (List<int>.Add)", "List<int>.Enumerator.MoveNext")]
    [InlineData("List<int>.Add", "List<int>[]")]
    public void A_collection_is_called_by_the_side_that_knows_where_it_came_from(string better, string worse)
    {
        Assert.Equal(better, MemberNames.MoreTelling(better, worse, isCollection: true));
        Assert.Equal(better, MemberNames.MoreTelling(worse, better, isCollection: true));
    }
}
