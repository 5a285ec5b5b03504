using Ncsan.Runtime.Collections;

namespace Ncsan.Runtime.Tests;

public class TypeMapTests
{
    [Fact]
    public void What_was_added_is_found_after_growth_and_what_was_not_is_not()
    {
        var map = new TypeMap();
        var facts = Enumerable.Range(0, 3000).Select(i => new CollectionFacts(CollectionRole.View, i)).ToArray();
        for (int i = 0; i < facts.Length; i++) { map.Add(Key(i), facts[i]); }
        for (int i = 0; i < facts.Length; i++) { Assert.Same(facts[i], map.Find(Key(i))); }
        Assert.Null(map.Find(Key(facts.Length)));
        map.Add(Key(0), facts[1]);
        Assert.Same(facts[0], map.Find(Key(0)));
    }

    [Fact]
    public void Readers_beside_a_writer_see_the_right_facts_or_none()
    {
        var map = new TypeMap();
        bool wrong = false;
        var threads = Enumerable.Range(0, 3).Select(t => new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                int n = i % 5000;
                if (map.Find(Key(n)) is { } facts && facts.Offset != n) { wrong = true; }
                if (t == 0) { map.Add(Key(n), new CollectionFacts(CollectionRole.View, n)); }
            }
        })).ToArray();
        foreach (Thread thread in threads) { thread.Start(); }
        foreach (Thread thread in threads) { thread.Join(); }
        Assert.False(wrong);
        Assert.Equal(4999, map.Find(Key(4999))!.Offset);
    }

    // As method tables lie: aligned, some far apart.
    private static nint Key(int i) => (nint)(0x7f00_0000_0000L + (i * 0x88) + ((i % 7) << 24));
}
