/// <summary>A race of each class of harm, on a member of that name.</summary>
internal sealed class Harm
{
    private const int Rounds = 100;

    private readonly List<int> _brokenCollection = [1];
    private int _lostUpdate;
    private Guid _tornValue;
    private string? _unsafePublication, _lazyInitialisation;
    private volatile bool _ready;
    private bool _staleFlag, _staleRead;
    private int[] _mixedElements = [3, 2, 1];

    public static void Of(string name)
    {
        for (int i = 0; i < Rounds; i++)
        {
            var harm = new Harm();
            (Action one, Action other) = harm.Sides(name);
            using var start = new Barrier(2);
            Thread[] both = [.. new[] { one, other }.Select(body => new Thread(() =>
            {
                start.SignalAndWait();
                try { body(); }
                catch (InvalidOperationException) { /* what a broken collection does */ }
            }))];
            foreach (var thread in both) { thread.Start(); }
            foreach (var thread in both) { thread.Join(); }
        }
    }

    private (Action, Action) Sides(string name) => name switch
    {
        "lost update" => (() => _lostUpdate++, () => _lostUpdate++),
        "torn value" => (() => _tornValue = Guid.NewGuid(), () => Use(_tornValue)),
        "broken collection" => (() => _brokenCollection.Add(2), () => Use(_brokenCollection[0])),
        "unsafe publication" => (() => _unsafePublication = "x" + _ready, () => Use(_unsafePublication)),
        "stale flag" => (() => _staleFlag = true, () => { for (int i = 0; i < Rounds && !_staleFlag; i++) { } }),
        "stale read" => (() => _staleRead = true, () => Use(_staleRead)),
        "mixed elements" => (() => Array.Sort(_mixedElements), () => Use(_mixedElements[0])),
        _ => (() => Use(Built()), () => Use(Built())),
    };

    private string Built() => _lazyInitialisation ??= "built " + _ready;

    private void Use<T>(T value) => _ready = value is null;
}
