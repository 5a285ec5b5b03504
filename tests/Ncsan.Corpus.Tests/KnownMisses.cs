namespace Ncsan.Corpus.Tests;

/// <summary>Races that are missed however often they are looked for, and why. A case on the list fails when it begins to pass.</summary>
internal static class KnownMisses
{
    internal static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["TestRaceExceptionFilter"] = "accesses in exception filters are left alone: they run while the frames of the throwing code still stand",
        ["TestRaceEnumeratorShared"] = "a boxed enumerator of a struct type is not known as a collection",
    };
}
