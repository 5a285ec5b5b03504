using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ncsan.Cli.Running;

/// <summary>
/// The program under test. It has our current folder and our very own stdin, stdout and stderr; signals pass through to it, and its exit code
/// is what a shell would see.
/// </summary>
internal abstract partial class ChildProcess
{
    /// <summary>Starts it.</summary>
    /// <exception cref="InputException">The system refuses.</exception>
    public static ChildProcess Start(Launch launch) => OperatingSystem.IsWindows() ? new Managed(launch) : new Unix(launch);

    /// <summary>Waits for its end. From then on until the end, Ctrl+C and requests to terminate are its business and not ours.</summary>
    /// <returns>Its exit code; 128 + the signal when a signal ended it.</returns>
    public int WaitForExit()
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, PassOn);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, PassOn);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, PassOn);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, PassOn);
        return Wait();
    }

    /// <summary>The exit code is that of a crash rather than one that the program chose.</summary>
    public static bool IsCrash(int exitCode) => OperatingSystem.IsWindows() ? exitCode < 0 : exitCode is > 128 and < 128 + 65;

    /// <summary>What is said when the system refuses.</summary>
    public static InputException Refused(Launch launch, string why) => new("NCS2010", $"'{launch.File}' cannot be started: {why}.");

    /// <summary>Ends it, whatever it is doing.</summary>
    public abstract void Kill();

    protected abstract int Wait();

    protected abstract void PassOn(PosixSignal signal);

    /// <summary>Somebody asked it to end before it did so by itself.</summary>
    public bool WasInterrupted { get; private set; }

    private void PassOn(PosixSignalContext context)
    {
        context.Cancel = true;
        WasInterrupted = true;
        PassOn(context.Signal);
    }

    /// <summary>Where there is no posix_spawn.</summary>
    private sealed class Managed : ChildProcess
    {
        private readonly Process _process;

        internal Managed(Launch launch)
        {
            var start = new ProcessStartInfo(launch.File) { UseShellExecute = false };
            foreach (string argument in launch.Arguments) { start.ArgumentList.Add(argument); }
            foreach (var (name, value) in launch.Environment) { start.Environment[name] = value; }
            start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = launch.ErrorFile is not null;
            try { _process = Process.Start(start)!; }
            catch (Win32Exception e) { throw Refused(launch, e.Message); }
            if (launch.ErrorFile is { } errors) { Catch(errors); }
        }

        public override void Kill() => _process.Kill(entireProcessTree: true);

        private void Catch(string errors)
        {
            _process.StandardInput.Close();
            _process.ErrorDataReceived += (_, line) => { if (line.Data is not null) { File.AppendAllText(errors, line.Data + Environment.NewLine); } };
            _process.BeginErrorReadLine();
            _process.BeginOutputReadLine();
        }

        protected override int Wait()
        {
            _process.WaitForExit();
            return _process.ExitCode;
        }

        // The console sends Ctrl+C and its like to every process on it.
        protected override void PassOn(PosixSignal signal) { }
    }
}
