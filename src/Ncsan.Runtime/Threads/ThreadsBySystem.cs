using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Ncsan.Runtime.Threads;

/// <summary>What Linux says that the other threads of the program are doing.</summary>
/// <remarks>
/// Each thread's system call can be read (20 us a thread). Blocked is a futex wait without a time limit: Monitor, Lock, Join, semaphores,
/// events and Task.Wait all end there, while sleeps and timed waits show their limit and may go on by themselves. A thread on a socket or a pipe
/// may go on, too. The pool's workers are counted, since an idle one is nobody's hope.
/// </remarks>
internal static class ThreadsBySystem
{
    internal const string Tasks = "/proc/self/task";

    private const string Finalizer = ".NET Finalizer", PoolWorker = ".NET TP Worker";

    /// <summary>What the names of our own threads begin with.</summary>
    private const string OurPrefix = "ncsan ";

    /// <summary>Instead of a system call: the thread runs, or would if it had a core.</summary>
    private const string Running = "running";

    private const int WaitOperation = 0, WaitBitsetOperation = 9, OperationMask = 0x7f, CommandLength = 15;

    /// <summary>Whether this system can be asked.</summary>
    internal static readonly bool CanBeAsked = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    private static readonly string s_futex = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "98" : "202";

    /// <summary>Threads of the runtime, by the names that they give themselves. They run no code of the program.</summary>
    private static readonly HashSet<string> s_runtimeThreads = new(
        new[]
        {
            ".NET SynchManager", ".NET EventPipe", ".NET SigHandler", ".NET Tiered Compilation Worker", ".NET TP Gate", ".NET Timer", ".NET Server GC", ".NET BGC",
            ".NET DebugPipe", ".NET Diagnostic Server", ".NET Long Running Task Watchdog",
        }.Select(static name => name[..Math.Min(name.Length, CommandLength)]),
        StringComparer.Ordinal);

    /// <summary>The thread that was last seen moving: most likely it still does, so it is asked first.</summary>
    private static int s_moving;

    /// <summary>Whether no other thread can move before <paramref name="me"/> does, those aside that wait for one another at watchpoints.</summary>
    internal static bool AreAllBlocked(SanitizedThread me)
    {
        int moving = s_moving;
        if (moving != 0 && moving != me.SystemId && IsMoving(moving)) { return false; }
        s_moving = 0;
        try
        {
            int idle = 0;
            foreach (string task in Directory.EnumerateDirectories(Tasks))
            {
                int id = int.Parse(Path.GetFileName(task.AsSpan()), CultureInfo.InvariantCulture);
                if (id == me.SystemId) { continue; }
                if (Census.IsWaiting(id)) { continue; }
                string command = ReadLine(task + "/comm"), call = ReadLine(task + "/syscall");
                if (s_runtimeThreads.Contains(command) || command.StartsWith(OurPrefix, StringComparison.Ordinal))
                {
                    // It may have what a thread of the program waits for: a method that both want compiled, say.
                    if (call == Running) { return false; }
                    continue;
                }

                if (IsFutexWait(call, evenTimed: command == Finalizer)) { continue; }
                if (command != PoolWorker)
                {
                    s_moving = id;
                    return false;
                }

                idle++;
            }

            return OtherThreads.PoolIsIdle(idle);
        }
        catch (Exception fault) when (IsOfProc(fault))
        {
            // A thread ended meanwhile: something moves.
            return false;
        }
    }

    private static bool IsMoving(int id)
    {
        string task = string.Create(CultureInfo.InvariantCulture, $"{Tasks}/{id}");
        try { return ReadLine(task + "/comm") != PoolWorker && !Census.IsWaiting(id) && !IsFutexWait(ReadLine(task + "/syscall"), evenTimed: false); }
        catch (Exception fault) when (IsOfProc(fault)) { return false; }
    }

    /// <summary>Whether a fault is that of a thread that ends while it is looked at.</summary>
    internal static bool IsOfProc(Exception fault) => fault is IOException or UnauthorizedAccessException or FormatException;

    /// <summary>A line of /proc/.../syscall: number, arguments, stack pointer, program counter; or "running".</summary>
    /// <param name="line">The line.</param>
    /// <param name="evenTimed">Also with a time limit: the finalizer's thread waits for work so.</param>
    internal static bool IsFutexWait(string line, bool evenTimed)
    {
        string[] fields = line.Split(' ');
        if (fields.Length < 5 || fields[0] != s_futex) { return false; }
        int operation = (int)Convert.ToInt64(fields[2], 16) & OperationMask;
        return operation is WaitOperation or WaitBitsetOperation && (evenTimed || Convert.ToUInt64(fields[4], 16) == 0);
    }

    private static string ReadLine(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        using var file = File.OpenHandle(path);
        int length = RandomAccess.Read(file, buffer, 0);
        return Encoding.ASCII.GetString(buffer[..length]).TrimEnd('\n');
    }
}
