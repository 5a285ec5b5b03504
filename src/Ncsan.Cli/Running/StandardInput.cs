using System.Runtime.InteropServices;

namespace Ncsan.Cli.Running;

/// <summary>Our standard input, which the program has as its own, from one round to the next: a file is read again from where the first round began; what came
/// through a pipe is gone.</summary>
internal sealed unsafe class StandardInput
{
    private const int Input = 0, ReadOnly = 0, FromStart = 0, FromHere = 1;
    private const short Readable = 1, HungUp = 16;

    private readonly long _start = OperatingSystem.IsWindows() ? -1 : lseek(Input, 0, FromHere);
    private readonly bool _mayHold = Console.IsInputRedirected && !IsEmpty();
    private bool _said;

    /// <summary>Before another round.</summary>
    internal void Rewind()
    {
        if (_start >= 0 || !Console.IsInputRedirected)
        {
            if (_start >= 0) { lseek(Input, _start, FromStart); }
            return;
        }

        // The next round must not wait for what nobody will write a second time.
        if (!OperatingSystem.IsWindows())
        {
            fixed (byte* nothing = "/dev/null\0"u8)
            {
                int file = open(nothing, ReadOnly);
                if (file > 0)
                {
                    _ = dup2(file, Input);
                    _ = close(file);
                }
            }
        }

        if (_mayHold && !_said) { Say.Line("ncsan: standard input is a pipe: what the first round read of it is gone, and further rounds find it empty; give a file, or --rounds 1"); }
        _said = true;
    }

    /// <summary>A pipe that holds nothing, and into which nobody can write any more.</summary>
    private static bool IsEmpty()
    {
        if (OperatingSystem.IsWindows()) { return false; }
        var look = new Poll { File = Input, Events = Readable };
        return poll(&look, 1, 0) >= 0 && (look.Returned & Readable) == 0 && (look.Returned & HungUp) != 0;
    }

    private struct Poll
    {
        internal int File;
        internal short Events, Returned;
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long lseek(int file, long offset, int whence);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte* path, int flags);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup2(int file, int onto);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int file);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll(Poll* files, nuint count, int milliseconds);
}
