using Ncsan.Runtime.Races;
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

    private static bool Conflict(string one, string other) =>
        Candidates.CanConflict(new SiteKey("a.dll", 1, "A.B()", one), SiteKind.Write, new SiteKey("a.dll", 2, "A.C()", other), SiteKind.Read);
}
