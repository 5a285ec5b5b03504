namespace Ncsan.Locks.Tests;

public class LeakTests(Subjects subjects) : IClassFixture<Subjects>
{
    [Theory]
    [InlineData("NCS0110_semaphore_kept_by_a_test")]
    [InlineData("NCS0110_semaphore_kept_by_an_async_test")]
    public void A_semaphore_that_a_test_keeps_is_told_of_the_test(string name)
    {
        var finding = Assert.Single(subjects.Go(1, name).Findings);
        Assert.Equal(("NCS0110", "Ncsan.Locks.Subjects.Leaks." + name), (finding.GetProperty("rule").GetString(), finding.GetProperty("test").GetString()));
    }

    [Fact]
    public void A_leak_says_whose_hold_it_was_and_where_it_was_taken()
    {
        string text = subjects.Go(1, "NCS0110_semaphore_kept_by_a_method_that_fails").Text;
        Assert.Contains("Leaks.Store.Save() failed and ended while it held the semaphore, and nobody has released it since.", text);
        Assert.Contains("Leaks.cs", text);
    }
}
