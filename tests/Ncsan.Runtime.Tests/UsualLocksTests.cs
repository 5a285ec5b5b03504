using Ncsan.Runtime.Locks.Graph;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Tests;

/// <summary>Which lock is said to guard a member. Each test counts at sites of its own.</summary>
public class UsualLocksTests
{
    private static readonly LockClass s_gate = new(101, "Account._gate", LockKind.Monitor, 0), s_other = new(102, "Account._other", LockKind.Monitor, 0);

    private static int s_sites = 7_000_000;

    private readonly int _read = Interlocked.Add(ref s_sites, 2), _elsewhere;

    public UsualLocksTests() => _elsewhere = _read + 1;

    [Theory]
    [InlineData(96, 4, "Account._gate in 96 % of 100")]
    [InlineData(2400, 8, "Account._gate in 99 % of 2,408")]
    [InlineData(16, 4, "Account._gate in 80 % of 20")]
    [InlineData(16, 3, null)] // Too few to say.
    [InlineData(79, 21, null)] // Not usual.
    public void A_lock_is_usual_from_80_percent_of_20_accesses_on(int guarded, int bare, string? expected)
    {
        Count(_read, s_gate, guarded);
        Count(_elsewhere, null, bare);
        Assert.Equal(expected, Usual("Account._balance (int)"));
    }

    [Fact]
    public void Two_locks_that_share_the_accesses_are_both_unusual()
    {
        Count(_read, s_gate, 50);
        Count(_elsewhere, s_other, 50);
        Assert.Null(Usual("Account._balance (int)"));
    }

    [Fact]
    public void A_lock_that_both_sides_held_guards_nothing()
    {
        Count(_read, s_gate, 100);
        Assert.Null(Usual("Account._balance (int)", s_gate.Name));
        Assert.NotNull(Usual("Account._balance (int)", s_other.Name));
    }

    [Theory]
    [InlineData("int[]")]
    [InlineData("total (int)")]
    [InlineData("List<int>.Enumerator.MoveNext")]
    public void What_has_no_name_of_its_own_has_no_usual_lock(string member)
    {
        Count(_read, s_gate, 100);
        Assert.Null(UsualLocks.Of(member, [], site => site == _read ? member : null));
    }

    [Fact]
    public void All_operations_of_a_collection_count_for_it()
    {
        Count(_read, s_gate, 10);
        Count(_elsewhere, s_gate, 10);
        Assert.Equal("Account._gate in 100 % of 20", UsualLocks.Of("Bank._entries (List<int>.Add)", [], site =>
            site == _read ? "Bank._entries (List<int>.Count)" : site == _elsewhere ? "Bank._entries (List<int>.Clear)" : null));
    }

    private static void Count(int site, LockClass? lockClass, int times)
    {
        for (int i = 0; i < times; i++) { UsualLocks.Count(site, lockClass); }
    }

    private string? Usual(string member, params string[] heldByBoth) => UsualLocks.Of(member, heldByBoth, site => site == _read || site == _elsewhere ? member : "Other._field (int)");
}
