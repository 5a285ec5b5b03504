using System.Globalization;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>The file of candidates in the project's <c>.ncsan</c> folder, merged from run to run.</summary>
/// <remarks>One line a candidate, fields separated by tabs, in the order of <see cref="Format"/>, tests with a bar between them. Whoever writes holds the lock file, reads what is there, merges, and moves a new file into its place, so that two runs
/// at once lose nothing.</remarks>
internal static class CandidateStore
{
    private const string Header = "ncsan candidates 5", FileName = "candidates", LockName = "candidates.lock";
    private const char TestSeparator = '|';
    private const int Fields = 28, Attempts = 400, NapMicroseconds = 5_000;

    private static string PathOf(string name) => Path.Combine(Configuration.Store, name);

    internal static bool IsThere(string store) => File.Exists(Path.Combine(store, FileName));

    /// <summary>What earlier runs left for this process.</summary>
    internal static List<Candidate> Read() => Read(Configuration.Store);

    /// <summary>What earlier runs left in a folder. A file that is corrupt, foreign or of another version is set aside with one sentence.</summary>
    internal static List<Candidate> Read(string store)
    {
        string path = Path.Combine(store, FileName);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllLines(path)) : [];
        }
        catch (InvalidDataException fault)
        {
            SetAside(path, fault);
            return [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Notice.Say("NCS2206", $"the candidates in {path} cannot be read: {fault.Message}");
            return [];
        }
    }

    /// <summary>Adds what this process knows to the file.</summary>
    /// <returns>How many pairs are new.</returns>
    internal static int Merge(IReadOnlyList<Candidate> mine)
    {
        if (mine.Count == 0) { return 0; }
        try
        {
            Create(Configuration.Store);
            using FileStream held = Lock();
            var all = new SortedDictionary<(SiteKey, SiteKey), Candidate>();
            foreach (Candidate candidate in Read()) { all[(candidate.First, candidate.Second)] = candidate; }
            int before = all.Count;
            foreach (Candidate candidate in mine)
            {
                if (all.TryGetValue((candidate.First, candidate.Second), out Candidate? known)) { known.Merge(candidate); }
                else { all.Add((candidate.First, candidate.Second), candidate); }
            }

            Write(Configuration.Store, all.Values);
            return all.Count - before;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Notice.Say("NCS2206", $"what this run learnt cannot be kept in {Configuration.Store}: {fault.Message}");
            return 0;
        }
    }

    /// <summary>What is learnt on one machine is nobody else's: the folder keeps itself out of version control.</summary>
    private static void Create(string store)
    {
        Directory.CreateDirectory(store);
        string ignore = Path.Combine(store, ".gitignore");
        if (!File.Exists(ignore)) { File.WriteAllText(ignore, "*\n"); }
    }

    /// <summary>Puts a whole new file into the place of the one that is there.</summary>
    internal static void Write(string store, IEnumerable<Candidate> candidates)
    {
        string fresh = Path.Combine(store, $"{FileName}.{Environment.ProcessId}");
        File.WriteAllLines(fresh, [Header, .. candidates.Select(Format)]);
        File.Move(fresh, Path.Combine(store, FileName), overwrite: true);
    }

    private static void SetAside(string path, Exception fault)
    {
        string aside = path + ".bad";
        Notice.Say("NCS2205", $"{path} is not a file of candidates of this version ({fault.Message}); it is set aside as {aside} and rebuilt.");
        try { File.Move(path, aside, overwrite: true); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { Notice.Say("NCS2206", $"{path} cannot be moved: {e.Message}"); }
    }

    private static FileStream Lock()
    {
        for (int attempt = 1; ; attempt++)
        {
            try { return new FileStream(PathOf(LockName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None); }
            catch (IOException) when (attempt < Attempts) { Native.Sleep(NapMicroseconds); }
        }
    }

    private static string Format(Candidate c) => string.Join('\t',
    [
        Text(c.Gap), c.Run, c.Version, Text(c.Tries), Text(c.Timeouts), Text(c.BlockedEnds), Text(c.AtFirst.Ordered), Text(c.AtSecond.Ordered), Text(c.AtFirst.Gate), Text(c.AtSecond.Gate),
        Text(c.Fruitless), Text(c.Rest), Text(c.Unchanged), c.ObservedIn, string.Join(TestSeparator, c.Tests),
        c.First.Module, Text(c.First.Id), c.First.Method, c.First.Member, c.Second.Module, Text(c.Second.Id), c.Second.Method, c.Second.Member,
        Text(c.HigherFirst), Text(c.AtFirst.FromVisit), Text(c.AtSecond.FromVisit), Text(c.AtFirst.Stays), Text(c.AtSecond.Stays),
    ]);

    private static string Text(bool flag) => flag ? "1" : "0";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static List<Candidate> Parse(string[] lines)
    {
        if (lines is not [Header, ..]) { throw new InvalidDataException("its first line is another"); }
        var candidates = new List<Candidate>(lines.Length);
        for (int i = 1; i < lines.Length; i++)
        {
            string[] fields = lines[i].Split('\t');
            if (fields.Length != Fields) { throw new InvalidDataException($"line {i + 1} has {fields.Length} fields"); }
            var candidate = new Candidate(Key(fields, 15, i), Key(fields, 19, i))
            {
                Gap = Number(fields[0], i),
                Run = fields[1],
                Version = fields[2],
                Tries = (int)Number(fields[3], i),
                Timeouts = (int)Number(fields[4], i),
                BlockedEnds = (int)Number(fields[5], i),
                Fruitless = (int)Number(fields[10], i),
                Rest = (int)Number(fields[11], i),
                Unchanged = (int)Number(fields[12], i),
                ObservedIn = fields[13],
                HigherFirst = fields[23] == "1",
                AtFirst = new CandidateSide { FromVisit = (int)Number(fields[24], i), Stays = fields[26] == "1" },
                AtSecond = new CandidateSide { FromVisit = (int)Number(fields[25], i), Stays = fields[27] == "1" },
            };
            (candidate.AtFirst.Ordered, candidate.AtSecond.Ordered) = ((int)Number(fields[6], i), (int)Number(fields[7], i));
            (candidate.AtFirst.Gate, candidate.AtSecond.Gate) = ((int)Number(fields[8], i), (int)Number(fields[9], i));
            foreach (string test in fields[14].Split(TestSeparator, StringSplitOptions.RemoveEmptyEntries)) { candidate.AddTest(test); }
            candidates.Add(candidate);
        }

        return candidates;
    }

    private static SiteKey Key(string[] fields, int at, int line) => new(fields[at], (int)Number(fields[at + 1], line), fields[at + 2], fields[at + 3]);

    private static long Number(string text, int line) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw new InvalidDataException($"'{text}' in line {line + 1} is no number");
}
