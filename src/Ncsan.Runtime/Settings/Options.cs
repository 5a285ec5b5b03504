namespace Ncsan.Runtime.Settings;

/// <summary>
/// The one table of options: the command line, the environment, MSBuild and the documentation derive from it.
/// The command line hands options to the program under test through the environment.
/// </summary>
public static class Options
{
    /// <summary>Not an option: the command line tells the program by it how it was started, an argument a line, for the recipe of a finding.</summary>
    public const string CommandVariable = "NCSAN_COMMAND";

    /// <summary>Not an option: a reproduction says by it that only the finding of the pairs in the store is to be made, so that no other access uses up the rendezvous.</summary>
    public const string OnlyLearntVariable = "NCSAN_ONLY_LEARNT";

    /// <summary>Not an option: a test says by it that the system is not to be asked what threads are doing, as where it cannot be.</summary>
    public const string ThreadsByCountersVariable = "NCSAN_THREADS_BY_COUNTERS";

    /// <summary>Where findings go, one JSON object a line. Relative to the current folder.</summary>
    public static readonly Option Findings = new("findings", typeof(string), "", "The file that findings are appended to, one JSON object a line; empty: ncsan-findings-<pid>.jsonl in the current folder.");

    /// <summary>How State is raised.</summary>
    public static readonly Option Sampling = new("sampling", typeof(string), "always", "When the checked copies run: always, burst or off.");

    /// <summary>The slow-down that bursts are held to.</summary>
    public static readonly Option Overhead = new("overhead", typeof(double), "2", "The measured slow-down that burst sampling is held to, as a factor.");

    /// <summary>How long a watchpoint stays.</summary>
    public static readonly Option Delay = new("delay", typeof(int), "100", "How long a watchpoint stays, in microseconds, at most. A sleep takes 70 to 90 at least; less is no faster.");

    /// <summary>How long a watchpoint at a site that has hardly run yet stays.</summary>
    public static readonly Option DelayCold = new("delay-cold", typeof(int), "1000", "How long a watchpoint stays at the first executions of a site, in microseconds. More shifts threads apart.");

    /// <summary>Vary delays.</summary>
    public static readonly Option DelayRandomize = new("delay-randomize", typeof(bool), "true", "Vary each delay at random: down to nothing for plain accesses, down to half for read-modify-writes and assertions.");

    /// <summary>How many accesses pass between two watchpoints.</summary>
    public static readonly Option SkipWatch = new("skip-watch", typeof(int), "4000", "How many accesses of a thread pass between two watchpoints, at most; varied at random.");

    /// <summary>How many executions of a site are cold.</summary>
    public static readonly Option ColdVisits = new("cold-visits", typeof(int), "8", "How many executions of a site count as its first ones, which are watched densely: bugs hide in cold code. At most 127.");

    /// <summary>How much of a thread's time delays may take.</summary>
    public static readonly Option DelayShare = new("delay-share", typeof(int), "20", "How much of a thread's time it may stand at watchpoints that the sampler chose, in percent.");

    /// <summary>How far delays may run ahead of their share.</summary>
    public static readonly Option DelayGrace = new("delay-grace", typeof(int), "20", "How long a thread may stand at watchpoints beyond its share, in milliseconds: lets short programs and threads be watched whole.");

    /// <summary>The strict policy.</summary>
    public static readonly Option Strict = new("strict", typeof(bool), "false", "Report by the letter of the memory model: also when the value stayed the same; allows weak-memory.");

    /// <summary>The permissive policy.</summary>
    public static readonly Option Permissive = new("permissive", typeof(bool), "false", "Leave out races that are usually harmless: a plain read of a word in which one bit changed, unless it looks like a bool.");

    /// <summary>Plain aligned word writes count as marked.</summary>
    public static readonly Option AssumePlainWritesAtomic = new("assume-plain-writes-atomic", typeof(bool), "false", "Take plain writes of an aligned word for marked ones, as the kernel does by default.");

    /// <summary>Report changes that nobody instrumented made.</summary>
    public static readonly Option UnknownOrigin = new("unknown-origin", typeof(bool), "false", "Report a value that changed while watched though no instrumented code wrote it.");

    /// <summary>Model weak memory.</summary>
    public static readonly Option WeakMemory = new("weak-memory", typeof(bool), "true", "With strict: hold one access of each thread back as a weakly ordered processor may, and find missing barriers.");

    /// <summary>Where candidates are kept.</summary>
    public static readonly Option Store = new("store", typeof(string), "", "The folder in which what runs learn is kept, .ncsan beside the project; empty: nothing is kept and nobody waits for what was learnt.");

    /// <summary>Which run this process is part of.</summary>
    public static readonly Option RunId = new("run-id", typeof(string), "", "A name common to the rounds of one run: a pair observed in it is not waited for again.");

    /// <summary>How long directed delays may take together.</summary>
    public static readonly Option DelayBudget = new("delay-budget", typeof(int), "2000", "How long threads may wait for the other side of candidates, all together, in milliseconds: the clean running time, at least 2000.");

    /// <summary>Report what was not seen.</summary>
    public static readonly Option Predictions = new("predictions", typeof(bool), "false", "Report also accesses that nearly met and were never observed to, as notes: predicted findings do not fail a run.");

    /// <summary>How many different findings are written.</summary>
    public static readonly Option MaxFindings = new("max-findings", typeof(int), "1000", "How many different findings are written; further ones are counted.");

    /// <summary>Validate locks.</summary>
    public static readonly Option Locks = new("locks", typeof(bool), "true", "Validate the order of locks: report deadlocks that did not happen in this run but can, and end a program that hangs.");

    /// <summary>Every option, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Option> All =
    [
        Findings, Sampling, Overhead, Delay, DelayCold, DelayRandomize, SkipWatch, ColdVisits, DelayShare, DelayGrace, Strict, Permissive, AssumePlainWritesAtomic, UnknownOrigin,
        WeakMemory, Store, RunId, DelayBudget, Predictions, MaxFindings, Locks,
    ];
}
