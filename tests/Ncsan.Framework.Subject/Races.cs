using System.Text;

namespace Ncsan.Framework.Subject;

/// <summary>Two threads that use one object which is not made for it. The lines that race say so; a test looks for them.</summary>
internal static class Races
{
    internal static void List()
    {
        var list = new List<int>();
        Racing.Both(i => list.Add(i), // race
            _ => { if (list.Count > 5000) { list.Clear(); } }); // race
    }

    internal static void Dictionary()
    {
        var map = new Dictionary<int, string>();
        Racing.Both(i => map[i % 500] = "value", // race
            i => map.TryGetValue(i % 500, out _)); // race
    }

    internal static void HashSet()
    {
        var set = new HashSet<int>();
        Racing.Both(i => set.Add(i % 500), // race
            i => set.Remove(i % 500)); // race
    }

    internal static void Queue()
    {
        var queue = new Queue<int>();
        Racing.Both(i => queue.Enqueue(i), // race
            _ => queue.TryDequeue(out int _)); // race
    }

    internal static void StringBuilder()
    {
        var text = new StringBuilder();
        Racing.Both(_ => text.Append('a'), // race
            _ => { if (text.Length > 5000) { text.Clear(); } }); // race
    }

    internal static void Random()
    {
        var random = new Random(7);
        Racing.Both(_ => random.Next(), // race
            _ => random.Next(100)); // race
    }

    internal static void LinkedList()
    {
        var list = new LinkedList<int>();
        Racing.Both(i => list.AddLast(i), // race
            _ => { if (list.Count > 100) { list.RemoveFirst(); } }); // race
    }

    internal static void SortedDictionary()
    {
        var map = new SortedDictionary<int, int>();
        Racing.Both(i => map[i % 500] = i, // race
            i => map.Remove(i % 500)); // race
    }

    internal static void PriorityQueue()
    {
        var queue = new PriorityQueue<int, int>();
        Racing.Both(i => queue.Enqueue(i, i % 100), // race
            _ => queue.TryDequeue(out int _, out int _)); // race
    }

    internal static void MemoryStream()
    {
        var stream = new MemoryStream();
        Racing.Both(i => stream.WriteByte((byte)i), // race
            _ => stream.Position = 0); // race
    }

    internal static void Lazy()
    {
        var lazies = Enumerable.Range(0, 200_000).Select(i => new Lazy<string>(() => i.ToString(), isThreadSafe: false)).ToArray();
        Racing.Both(i => _ = lazies[i % lazies.Length].Value, // race
            i => _ = lazies[i % lazies.Length].Value); // race
    }
}
