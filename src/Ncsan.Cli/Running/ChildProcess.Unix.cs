using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Ncsan.Cli.Running;

internal abstract partial class ChildProcess
{
    /// <summary>
    /// posix_spawn and waitpid by hand: System.Diagnostics.Process takes a tenth of a small program's start, and touches the terminal's settings.
    /// </summary>
    private sealed unsafe class Unix : ChildProcess
    {
        private const int Interrupted = 4, BrokenPipe = 13, KillSignal = 9;

        /// <summary>Flags of open and a file's mode. Those of Linux, or of macOS, where files are made and appended to by other numbers.</summary>
        private const int WriteOnly = 1, OwnerOnly = 0x180;

        private const short SetDefaultSignals = 4;

        private static readonly int s_create = OperatingSystem.IsMacOS() ? 0x200 : 0x40, s_append = OperatingSystem.IsMacOS() ? 8 : 0x400;
        private readonly int _pid;

        internal Unix(Launch launch)
        {
            using var arguments = new NativeStrings(Arguments(launch));
            using var environment = new NativeStrings(Environment(launch));
            byte* attributes = stackalloc byte[1024], signals = stackalloc byte[256];

            // .NET ignores SIGPIPE for itself, and what is ignored stays ignored in a new program, which may not be .NET at all.
            posix_spawnattr_init(attributes);
            sigemptyset(signals);
            sigaddset(signals, BrokenPipe);
            posix_spawnattr_setsigdefault(attributes, signals);
            posix_spawnattr_setflags(attributes, SetDefaultSignals);
            byte* actions = stackalloc byte[256];
            if (launch.ErrorFile is not null) { Redirect(actions, launch.ErrorFile); }
            int pid, error = posix_spawnp(&pid, arguments.Array[0], launch.ErrorFile is null ? null : actions, attributes, arguments.Array, environment.Array);
            posix_spawnattr_destroy(attributes);
            if (launch.ErrorFile is not null) { posix_spawn_file_actions_destroy(actions); }
            if (error != 0) { throw Refused(launch, Marshal.GetPInvokeErrorMessage(error)); }
            _pid = pid;
        }

        public override void Kill() => kill(_pid, KillSignal);

        /// <summary>Nothing to read, nobody who reads, and a file for what goes wrong.</summary>
        private static void Redirect(byte* actions, string errors)
        {
            posix_spawn_file_actions_init(actions);
            fixed (byte* nothing = "/dev/null\0"u8)
            fixed (byte* file = Encoding.UTF8.GetBytes(errors + '\0'))
            {
                posix_spawn_file_actions_addopen(actions, 0, nothing, 0, 0);
                posix_spawn_file_actions_addopen(actions, 1, nothing, WriteOnly, 0);
                posix_spawn_file_actions_addopen(actions, 2, file, WriteOnly | s_create | s_append, OwnerOnly);
            }
        }

        protected override int Wait()
        {
            int status;
            while (waitpid(_pid, &status, 0) < 0)
            {
                if (Marshal.GetLastSystemError() != Interrupted) { return ExitCodes.Internal; }
            }

            int signal = status & 0x7F;
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
        }

        protected override void PassOn(PosixSignal signal)
        {
            // A terminal sends its keys to the whole foreground group: the program has had this one, and twice might mean "at once" to it.
            if (signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT && IsForeground()) { return; }
            kill(_pid, signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, PosixSignal.SIGQUIT => 3, _ => 15 });
        }

        private static bool IsForeground()
        {
            fixed (byte* name = "/dev/tty\0"u8)
            {
                int terminal = open(name, 0);
                if (terminal < 0) { return false; }
                bool foreground = tcgetpgrp(terminal) == getpgrp();
                close(terminal);
                return foreground;
            }
        }

        private static string[] Arguments(Launch launch)
        {
            var all = new List<string> { launch.File };
            all.AddRange(launch.Arguments);
            return all.ToArray();
        }

        private static string[] Environment(Launch launch)
        {
            var all = new List<string>();
            foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            {
                if (!launch.Environment.ContainsKey((string)variable.Key)) { all.Add((string)variable.Key + "=" + (string?)variable.Value); }
            }

            foreach (var (name, value) in launch.Environment) { all.Add(name + "=" + value); }
            return all.ToArray();
        }

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawnp(int* pid, byte* file, void* actions, void* attributes, byte** arguments, byte** environment);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawn_file_actions_init(void* actions);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawn_file_actions_addopen(void* actions, int file, byte* path, int flags, uint mode);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawn_file_actions_destroy(void* actions);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawnattr_init(void* attributes);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawnattr_destroy(void* attributes);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawnattr_setsigdefault(void* attributes, void* signals);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int posix_spawnattr_setflags(void* attributes, short flags);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int sigemptyset(void* signals);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int sigaddset(void* signals, int signal);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int waitpid(int pid, int* status, int options);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int kill(int pid, int signal);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int open(byte* path, int flags);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int close(int file);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int tcgetpgrp(int file);

        [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int getpgrp();
    }
}
