using System.Reflection;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Framework;

/// <summary>Connects an instrumented framework with this runtime: publishes the entries, keeps its State in step, numbers its sites.</summary>
internal static unsafe class FrameworkLink
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location) ?? "", "..", "..", ".."));

    /// <summary>Where the frameworks are below the root.</summary>
    private static readonly string s_shared = Path.Combine(s_root, "shared") + Path.DirectorySeparatorChar;

    /// <summary>Where a thread may wait for another one: the assemblies that hold what programs share by mistake, and that the framework itself does not live on. In the others every
    /// thread passes all the time, on business of its own.</summary>
    private static readonly HashSet<string> s_data = new(StringComparer.Ordinal)
    {
        "System.Collections.NonGeneric.dll", "System.Collections.Specialized.dll", "System.ObjectModel.dll", "System.Private.Xml.dll", "System.Private.Xml.Linq.dll", "System.Data.Common.dll",
        "System.Text.Json.dll",
    };

    private static int* s_state;
    private static int s_locks;

    private static RewrittenModule[] s_withCandidates = [];

    /// <summary>Whether the program runs on an instrumented framework.</summary>
    internal static bool IsOn { get; private set; }

    /// <summary>Whether the program was started on an instrumented framework, as its list of sites says: to look for the home of the hooks in CoreLib by its
    /// name compiles more than the rest of a small program's start.</summary>
    private static bool IsPossible => File.Exists(Path.Combine(s_root, FrameworkSites.FileName));

    private static Type? Home => typeof(object).Assembly.GetType(typeof(HookHome).FullName!);

    /// <summary>Raises or lowers State, in the application and in the framework.</summary>
    internal static void SetState(int state)
    {
        Volatile.Write(ref Hooks.State, state);
        if (s_state is not null) { Volatile.Write(ref *s_state, state); }
    }

    /// <summary>Finds the home of the hooks in CoreLib, if there is one, and publishes the entries.</summary>
    /// <remarks>Everything behind the entries is compiled and initialised before: a static constructor that ran inside of a hook would call LINQ, which calls hooks.</remarks>
    internal static void Publish()
    {
        if (!IsPossible || Home is not { } home) { return; }
        if (!AddSites()) { return; }
        WarmUp.Prepare();
        IsOn = true;
        s_state = Connect(home);
    }

    private static int* Connect(Type home) => (int*)(nint)home.GetMethod(nameof(HookHome.Publish))!.Invoke(null,
    [
        (nint)(delegate*<ref byte, int, int, int, void>)&FrameworkEntry.Check,
        (nint)(delegate*<ref byte, int, nint, int, int, void>)&FrameworkEntry.CheckStruct,
        (nint)(delegate*<ref byte, nuint, int, int, void>)&FrameworkEntry.CheckRange,
        (nint)(delegate*<Array?, int, int, int, int, void>)&FrameworkEntry.CheckArray,
        (nint)(delegate*<Array?, int, int, int, int, void>)&FrameworkEntry.CheckArrayBytes,
    ])!;

    /// <summary>Connects the framework's locks with the validator: once the program has a module that deals with locks, since until then no order of theirs can
    /// matter to it, and a program that only prints a line would compile the validator for nothing.</summary>
    internal static void PublishLocks()
    {
        if (!IsOn || !Configuration.Locks || Interlocked.Exchange(ref s_locks, 1) != 0) { return; }
        LockValidation.PrepareForFramework();
        ConnectLocks(Home!);
    }

    private static void ConnectLocks(Type home) => home.GetMethod(nameof(HookHome.PublishLocks))!.Invoke(null,
    [
        (nint)(delegate*<object?, string, int, int, void>)&FrameworkEntry.LockWanted,
        (nint)(delegate*<object?, bool, void>)&FrameworkEntry.LockTaken,
        (nint)(delegate*<object?, int, void>)&FrameworkEntry.LockReleasing,
        (nint)(delegate*<ref Lock.Scope, void>)&FrameworkEntry.ScopeReleasing,
        (nint)(delegate*<object?, string, int, void>)&FrameworkEntry.MonitorWaiting,
        (nint)(delegate*<void>)&FrameworkEntry.MonitorWaited,
        (nint)(delegate*<RuntimeTypeHandle, string, int, void>)&FrameworkEntry.InitializerEnter,
        (nint)(delegate*<RuntimeTypeHandle, void>)&FrameworkEntry.InitializerLeave,
        (nint)(delegate*<ref int, RuntimeTypeHandle, int, void>)&FrameworkEntry.TypeTouched,
    ]);

    /// <summary>Whether a method is part of the sanitizer: of this assembly, or of its home in CoreLib.</summary>
    internal static bool IsOurs(MethodBase method) => method.Module == typeof(Hooks).Module || method.DeclaringType?.FullName == typeof(HookHome).FullName;

    /// <summary>Whether a method is part of the framework that the program runs on, if that is instrumented.</summary>
    internal static bool IsFramework(MethodBase method) => IsOn && method.Module.FullyQualifiedName.StartsWith(s_shared, StringComparison.Ordinal);

    /// <summary>Whether a site is the framework's.</summary>
    internal static bool IsFrameworkSite(int site) => site >= FrameworkSites.First;

    /// <summary>Whether threads are made to wait for one another at a site of the framework, once they nearly met there.</summary>
    internal static bool HasCandidates(int site)
    {
        foreach (RewrittenModule module in s_withCandidates) { if (site >= module.First && site < module.First + module.Count) { return true; } }
        return false;
    }

    /// <summary>The lines are: path of the assembly below the root, first site, number of sites.</summary>
    private static bool AddSites()
    {
        string file = Path.Combine(s_root, FrameworkSites.FileName);
        List<RewrittenModule> data = [];
        try
        {
            foreach (string line in File.ReadLines(file))
            {
                string[] fields = line.Split('\t');
                int first = int.Parse(fields[1], null), count = int.Parse(fields[2], null);
                Sampler.AddSites(first, count);
                var module = new RewrittenModule(first, count, Path.Combine(s_root, fields[0]));
                Modules.AddFramework(module);
                if (s_data.Contains(module.Name)) { data.Add(module); }
            }

            s_withCandidates = [.. data];
            foreach (RewrittenModule module in data) { Candidates.Attach(module); }
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            Notice.Say("NCS2207", $"the list of sites {file} of the instrumented framework cannot be read, so the framework runs its clean copies: {fault.Message}");
            return false;
        }
    }
}
