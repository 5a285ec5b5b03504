using System.Security.Cryptography;
using System.Text;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Findings;

/// <summary>A finding in source terms.</summary>
internal sealed record ResolvedFinding(string Rule, string Kind, string Id, string Member, Finding Finding, ResolvedSide Mine, ResolvedSide? Theirs)
{
    internal string Title => Mine.Operation is { } mine && Theirs?.Operation is { } theirs ? $"{Kind} on {Member}, {Pair(mine, theirs)}" : $"{Kind} on {Member}";

    /// <summary>The type of the value that was seen to change, which the measuring side knows best.</summary>
    internal string ValueType => Mine.Type.Length > 0 || Theirs is null || Theirs.Side.Size != Mine.Side.Size ? Mine.Type : Theirs.Type;

    /// <summary>The two sides in an order that does not depend on which thread came first.</summary>
    internal IEnumerable<ResolvedSide> Sides => Theirs is null ? [Mine] : new[] { Mine, Theirs }.OrderBy(static s => s.Key, StringComparer.Ordinal);

    /// <summary>The framework raced with itself: no code of the program was under way on either side, so there is nothing that the program could do otherwise.</summary>
    internal bool IsFrameworksOwn => !IsOfProgram(Mine) && (Theirs is null || !IsOfProgram(Theirs));

    /// <summary>Two threads made what the framework keeps for later, both in the method that first looks whether it is there: <c>_x ??= new()</c>. The framework means that to happen; in an
    /// operation that writes a collection, where the one that is made last takes the other's elements with it, it does not.</summary>
    internal bool IsCachedTwice => Mine.Operation is { MayFillCache: true } mine && Theirs is { Operation: { } theirs } && mine.Key == theirs.Key && Mine.Member == Theirs.Member
        && ((Mine.Flags | Theirs.Flags) & SiteFlags.TestedFirst) != 0 && Finding.After is { Type: not null };

    private static bool IsOfProgram(ResolvedSide side) => side.Operation is null || side.Side.Stack is null || StackFrames.ReachesProgram(side.Side.Stack);

    /// <summary>The lock that usually guards the member, as far as one knows by now; null inside of an instrumented framework, whose fields no lock of the user's guards.</summary>
    internal string? UsualLock => Settings.Configuration.Locks && Mine.Operation is null ? UsualLocks.Of(Member, HeldByBoth) : null;

    /// <summary>The classes of the locks that both sides held.</summary>
    internal IReadOnlyCollection<string> HeldByBoth => Theirs is null ? [] : [.. Mine.Side.LocksHeld.Select(static l => l.Name).Intersect(Theirs.Side.LocksHeld.Select(static l => l.Name))];

    internal static ResolvedFinding Of(Finding finding)
    {
        var mine = ResolvedSide.Of(finding.Mine);
        var theirs = finding.Theirs is null ? null : ResolvedSide.Of(finding.Theirs);
        bool assertion = ((finding.Mine.Kind | (finding.Theirs?.Kind ?? 0)) & AccessKind.Assert) != 0;
        (string rule, string kind) = assertion ? ("NCS0003", "assert exclusive") : theirs is null ? ("NCS0002", "unknown origin") : ("NCS0001", "data race");
        string[] keys = theirs is null ? [mine.Key] : [mine.Key, theirs.Key];
        string member = theirs is null ? mine.Member : MemberNames.MoreTelling(mine.Member, theirs.Member, mine.Side.Is(AccessKind.Collection));
        return new ResolvedFinding(rule, kind, IdOf(rule, keys), member, finding, mine, theirs);
    }

    // The type of the second operation is told only where it is another.
    private static string Pair(Operation one, Operation other)
    {
        if (string.CompareOrdinal(one.Name, other.Name) > 0) { (one, other) = (other, one); }
        return $"{one.Name} against {(one.Type == other.Type ? other.Method : other.Name)}";
    }

    /// <summary>Stable from run to run and from build to build: it knows methods and members, not lines.</summary>
    internal static string IdOf(string rule, params string[] keys) => Hash(rule + "\n" + string.Join('\n', keys.Order(StringComparer.Ordinal)));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}

/// <summary>One side of a finding in source terms.</summary>
/// <param name="Side">The side.</param>
/// <param name="Member">What it accessed.</param>
/// <param name="Type">The type of that, or nothing.</param>
/// <param name="Flags">What its site says of the access.</param>
/// <param name="Stack">Its frames, innermost first.</param>
/// <param name="Operation">The operation of an instrumented framework that made the access, if one did.</param>
internal sealed record ResolvedSide(Side Side, string Member, string Type, SiteFlags Flags, IReadOnlyList<Frame> Stack, Operation? Operation)
{
    /// <summary>What the id is made of. Of a collection (<c>Bank._entries (List&lt;int&gt;.Add)</c>) not the operation: all operations of one method are one defect. Inside of an instrumented
    /// framework the operation, whatever fields it touches.</summary>
    internal string Key => Operation is { } operation ? $"{Stack[0].Method}|{operation.Key}" : KeyOf(Stack[0].Method, Member, Side.Is(AccessKind.Collection));

    internal static string KeyOf(string method, string member, bool isCollection) => $"{method}|{(isCollection && member.IndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? member[..at] : member)}";

    internal static ResolvedSide Of(Side side)
    {
        Site? site = Modules.Find(side.Site);
        var stack = StackFrames.Resolve(side.Stack, side.Site, site);
        var operation = Operation.Of(side.Site, site, side.Stack);
        string member = operation is not null ? operation.Member : site?.Member is { Length: > 0 } known ? known : "unknown memory";
        return new ResolvedSide(side, member, MemberNames.TypeOf(site?.Member ?? ""), site?.Flags ?? SiteFlags.None, stack, operation);
    }
}
