using System.Runtime.InteropServices;

namespace Ncsan.Runtime.Races;

/// <summary>The operating system's own sleep, stack bounds, append and standard error.</summary>
/// <remarks>
/// Not <c>Thread.Sleep</c>: an interrupt that the program means for its own code would be thrown out of ours, its shortest sleep is a
/// millisecond (this one 70-90 us), and with an instrumented framework it is instrumented code.
/// </remarks>
internal static unsafe partial class Native
{
    /// <summary>O_WRONLY, O_APPEND, O_CLOEXEC.</summary>
    private const int LinuxAppend = 0x1 | 0x400 | 0x80000, BsdAppend = 0x1 | 0x8 | 0x1000000;

    internal static void Sleep(int microseconds)
    {
        if (OperatingSystem.IsWindows()) { SleepMilliseconds((uint)Math.Max(1, microseconds / 1000)); }
        else { _ = SleepMicroseconds((uint)microseconds); }
    }

    /// <summary>Ends the process at once: no handler of the program runs, since any of them may wait for what hangs.</summary>
    internal static void Exit(int code)
    {
        if (OperatingSystem.IsWindows()) { _ = TerminateProcess(-1, (uint)code); }
        else { ExitNow(code); }
    }

    /// <summary>The bounds of the current thread's stack, or (0, 0) where they cannot be asked for.</summary>
    internal static (nuint Low, nuint High) StackBounds()
    {
        if (OperatingSystem.IsWindows())
        {
            nuint low, high;
            GetCurrentThreadStackLimits(&low, &high);
            return (low, high);
        }

        if (!OperatingSystem.IsLinux()) { return default; }

        // pthread_attr_t is 56 bytes on x64 with glibc and musl, 64 on arm64.
        byte* attributes = stackalloc byte[128];
        if (pthread_getattr_np(pthread_self(), attributes) != 0) { return default; }
        nuint start, size;
        int failed = pthread_attr_getstack(attributes, &start, &size);
        _ = pthread_attr_destroy(attributes);
        return failed != 0 ? default : (start, start + size);
    }

    /// <summary>Appends to a file in one write, so that other processes may do the same at the same time.</summary>
    /// <exception cref="IOException">It cannot be written, with the system's reason.</exception>
    internal static void Append(string path, ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.Write(bytes);
            return;
        }

        // Not FileStream: its append seeks to an end that another process may just be moving, and its locks are kept by those who only read.
        using (File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { }
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(open(path, OperatingSystem.IsLinux() ? LinuxAppend : BsdAppend), ownsHandle: true);
        if (handle.IsInvalid) { throw new IOException(Marshal.GetLastPInvokeErrorMessage()); }
        Write((int)handle.DangerousGetHandle(), bytes);
    }

    /// <summary>Writes to standard error where that is now. A FileStream would write where it was when it was opened, and move nobody else on: of two processes that share a file one overwrites the
    /// other's.</summary>
    /// <exception cref="IOException">It cannot be written, with the system's reason.</exception>
    internal static void WriteError(ReadOnlySpan<byte> bytes)
    {
        if (!OperatingSystem.IsWindows())
        {
            Write(2, bytes);
            return;
        }

        using var error = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        error.Write(bytes);
    }

    private static void Write(int file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes) { written = write(file, start, (nuint)bytes.Length); }
            if (written < 0) { throw new IOException(Marshal.GetLastPInvokeErrorMessage()); }
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>The system's id of the current thread, or 0 where it is not needed.</summary>
    internal static int ThreadId() => OperatingSystem.IsLinux() ? gettid() : 0;

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint microseconds);

    [LibraryImport("kernel32", EntryPoint = "Sleep")]
    private static partial void SleepMilliseconds(uint milliseconds);

    [LibraryImport("kernel32")]
    private static partial void GetCurrentThreadStackLimits(nuint* low, nuint* high);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);

    [LibraryImport("kernel32")]
    private static partial int TerminateProcess(nint process, uint code);

    [LibraryImport("libc")]
    private static partial nint pthread_self();

    [LibraryImport("libc")]
    private static partial int pthread_getattr_np(nint thread, byte* attributes);

    [LibraryImport("libc")]
    private static partial int pthread_attr_getstack(byte* attributes, nuint* start, nuint* size);

    [LibraryImport("libc")]
    private static partial int pthread_attr_destroy(byte* attributes);
}
