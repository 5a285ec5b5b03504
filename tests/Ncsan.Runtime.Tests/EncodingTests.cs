using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Tests;

/// <summary>KCSAN's boot self-tests (kernel/kcsan/selftest.c).</summary>
public class EncodingTests
{
    [Fact]
    public void Two_thousand_random_accesses_come_back_as_they_were_encoded()
    {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            int size = random.Next(1, WatchWord.MaxSize + 1);
            var address = (nuint)random.NextInt64(4096, 1L << 48);
            AccessKind kind = (random.Next(2) == 0 ? AccessKind.Read : AccessKind.Write) | (random.Next(2) == 0 ? AccessKind.Read : AccessKind.Collection);

            Assert.True(WatchWord.CanEncode(address, size));
            var word = WatchWord.Encode(address, size, kind);

            Assert.Equal(address, word.Address);
            Assert.Equal(size, word.Size);
            Assert.Equal((kind & AccessKind.Write) != 0, word.IsWrite);
            Assert.Equal((kind & AccessKind.Collection) != 0, word.IsCollection);
        }
    }

    [Fact]
    public void What_does_not_fit_the_word_is_refused()
    {
        Assert.False(WatchWord.CanEncode(4096, 0));
        Assert.False(WatchWord.CanEncode(4096, WatchWord.MaxSize + 1));
        Assert.False(WatchWord.CanEncode(unchecked((nuint)(1UL << 48)), 4));
    }

    [Fact]
    public void Free_reserved_and_consumed_stamps_are_never_armed()
    {
        Assert.False(Stamp.Free.IsArmed);
        Assert.True(new Stamp(0).IsFree);
        Assert.False(Stamp.Reserved.IsArmed);
        for (ulong epoch = 1; epoch < 2000; epoch++)
        {
            var armed = Stamp.Armed(epoch);
            Assert.True(armed.IsArmed);
            Assert.False(armed.IsConsumed);
            Assert.False(armed.Consumed.IsArmed);
            Assert.True(armed.Consumed.IsConsumed);
            Assert.NotEqual(armed, Stamp.Armed(epoch + 1));
            Assert.NotEqual(armed.Consumed, Stamp.Armed(epoch + 1).Consumed);
        }
    }

    [Theory]
    [InlineData(10, 1, 10, 1, true)]
    [InlineData(10, 2, 11, 1, true)]
    [InlineData(10, 1, 9, 2, true)]
    [InlineData(10, 1, 11, 1, false)]
    [InlineData(9, 1, 10, 1, false)]
    [InlineData(8, 8, 12, 0, true)] // Which is why an empty access is dropped before it is compared.
    public void Ranges_overlap_when_they_share_a_byte(int address1, int size1, int address2, int size2, bool overlap) =>
        Assert.Equal(overlap, WatchWord.Overlap((nuint)address1, size1, (nuint)address2, size2));

    [Theory]
    [InlineData(AccessKind.Read, AccessKind.Read, false)]
    [InlineData(AccessKind.Read, AccessKind.Write, true)]
    [InlineData(AccessKind.Write, AccessKind.Read, true)]
    [InlineData(AccessKind.Write, AccessKind.Write, true)]
    [InlineData(AccessKind.Write, AccessKind.Read | AccessKind.Collection, false)]
    [InlineData(AccessKind.Write | AccessKind.Collection, AccessKind.Read | AccessKind.Collection, true)]
    [InlineData(AccessKind.Write | AccessKind.Collection, AccessKind.Write, false)]
    public void Accesses_conflict_when_one_writes_and_both_are_of_a_sort(AccessKind watched, AccessKind access, bool conflict) =>
        Assert.Equal(conflict, WatchWord.Encode(4096, 4, watched).Conflicts(4096, 4, access));
}
