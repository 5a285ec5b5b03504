// A cache over a plain Dictionary, used by parallel requests. A Dictionary may be read by many threads, but not while one writes.
// The capacity is set so that the program seldom crashes: it loses entries, or counts them twice, and nobody notices.

var prices = new PriceCache();
Parallel.For(0, 2_000, i => prices.PriceOf(i % 500));
Console.WriteLine($"{prices.Count} of 500 prices are cached");

internal sealed class PriceCache
{
    private readonly Dictionary<int, decimal> _prices = new(capacity: 4_096);

    public int Count => _prices.Count;

    public decimal PriceOf(int article)
    {
        if (!_prices.TryGetValue(article, out decimal price))
        {
            price = article * 1.19m;
            _prices[article] = price;
        }

        return price;
    }
}
