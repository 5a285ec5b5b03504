using Ncsan.Runtime.Races.Directed;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Tests;

/// <summary>Which sites may be one location: addresses are used again, and names tell most of that.</summary>
public sealed class CandidateNamesTests
{
    [Theory]
    [InlineData("Account.Balance (int)", "Account.Balance (int)")]
    [InlineData("int[]", "Span<int>")]
    [InlineData("int[]", "ref int")]
    [InlineData("Pair[]", "Pair.First (int)")]
    [InlineData("ArrayTwins.Pair[]", "ArrayTwins.Pair.First (int)")]
    [InlineData("ValueTuple<int, int>[]", "ValueTuple<T1, T2>.Item1 (T1)")]
    [InlineData("byte[]", "Account.Balance (int)")]
    [InlineData("T[]", "Account.Balance (int)")]
    [InlineData("TKey[]", "Account.Balance (int)")]
    [InlineData("Account.Balance (int)", "ref int")]
    public void Names_of_one_location_conflict(string one, string other) => Assert.True(Conflict(one, other) && Conflict(other, one));

    [Theory]
    [InlineData("Account.Balance (int)", "Account.Limit (int)")]
    [InlineData("Frame[]", "Entry._open (long)")]
    [InlineData("Frame[]", "captured local finding (Finding)")]
    [InlineData("int[]", "Account.Balance (int)")]
    public void Names_of_two_locations_do_not(string one, string other) => Assert.False(Conflict(one, other) || Conflict(other, one));

    [Theory]
    [InlineData("Box.Wide (Wide)", "Wide.Last (long)")]
    [InlineData("Box.Outer (Outer)", "Inner.First (int)")]
    [InlineData("Outer[]", "Inner.First (int)")]
    public void Whoever_copies_a_struct_touches_its_members(string whole, string part) =>
        Assert.True(OneLocation.MayConflict(At(whole, SiteKind.Write, 0), At(part, SiteKind.Read, 8, SiteFlags.InStruct)) && OneLocation.MayConflict(At(part, SiteKind.Write, 8, SiteFlags.InStruct), At(whole, SiteKind.Read, 0)));

    [Theory]
    [InlineData("Box.Count (int)", 4, "Wide.Last (long)", SiteFlags.InStruct)]
    [InlineData("Box.Wide (Wide)", 0, "Account.Balance (int)", SiteFlags.None)]
    public void A_word_has_no_members_and_an_object_is_not_copied_whole(string one, int size, string other, SiteFlags flags) =>
        Assert.False(OneLocation.MayConflict(At(one, SiteKind.Write, size), At(other, SiteKind.Read, 8, flags)));

    [Fact]
    public void Fields_lie_on_each_other_only_where_their_type_lays_them_out()
    {
        Assert.True(OneLocation.MayConflict(At("Union.Whole (int)", SiteKind.Write, 4, SiteFlags.Laid), At("Union.Low (short)", SiteKind.Read, 2, SiteFlags.Laid)));
        Assert.False(OneLocation.MayConflict(At("Union.Whole (int)", SiteKind.Write, 4), At("Union.Low (short)", SiteKind.Read, 2)));
        Assert.False(OneLocation.MayConflict(At("Union.Whole (int)", SiteKind.Write, 4, SiteFlags.Laid), At("Other.Low (short)", SiteKind.Read, 2, SiteFlags.Laid)));
    }

    private static bool Conflict(string one, string other) => OneLocation.MayConflict(At(one, SiteKind.Write), At(other, SiteKind.Read));

    private static Site At(string member, SiteKind kind, int size = 4, SiteFlags flags = SiteFlags.None) => new(kind, flags, size, "A.B()", member, null, 0, 0);
}
