// August 2020, re-enacted: a helper that should not have been instrumented lets a sanitizer call itself. README.md tells the story.
using System.Diagnostics.CodeAnalysis;
using Ncsan.Annotations;

PvOps.Irq.SaveFl = args.Contains("xen") ? Xen.SaveFl : Native.SaveFl;
PvOps.Irq.RestoreFl = args.Contains("xen") ? Xen.RestoreFl : Native.RestoreFl;
PvOps.Irq.IrqDisable = args.Contains("xen") ? Xen.IrqDisable : Native.IrqDisable;

NestedRawSave();
Console.WriteLine($"nested raw and non-raw save: the hardware says {(Cpu.Enabled ? "on" : "off")}, the tracker says {(Lockdep.HardirqsEnabled ? "on" : "off")}");
Kcsan.CheckAccess();
Console.WriteLine($"one access was checked; the sanitizer entered itself {Kcsan.Deepest - 1} times on the way");
return Kcsan.Deepest > 1 || Cpu.Enabled != Lockdep.HardirqsEnabled ? 1 : 0;

// Marco Elver's reproducer of 6 August: raw code saves, code that knows nothing of it saves again inside.
static void NestedRawSave()
{
    ulong raw = ArchLocal.IrqSave();
    ulong traced = LocalIrq.Save();
    LocalIrq.Restore(traced);
    ArchLocal.IrqRestore(raw);
}

// The processor: one flag.
[NoInstrument]
internal static class Cpu
{
    public const ulong InterruptFlag = 0x200;
    private static ulong s_flags = InterruptFlag;

    public static ulong Flags { get => s_flags; set => s_flags = value; }

    public static bool Enabled => (s_flags & InterruptFlag) != 0;
}

// The op table: who does it depends on what the kernel runs on.
internal sealed class PvIrqOps
{
    [AllowNull] public Func<ulong> SaveFl;
    [AllowNull] public Action<ulong> RestoreFl;
    [AllowNull] public Action IrqDisable;
}

[NoInstrument]
internal static class PvOps
{
    public static readonly PvIrqOps Irq = new();
}

[NoInstrument]
internal static class Native
{
    public static ulong SaveFl() => Cpu.Flags;

    public static void RestoreFl(ulong flags) => Cpu.Flags = flags;

    public static void IrqDisable() => Cpu.Flags = 0;
}

// The other platform. That its functions must be protected too is what no one saw: they are called through the table alone.
#if CURE
[NoInstrument]
#endif
internal static class Xen
{
    private static int s_vcpuMask;

    public static ulong SaveFl() => s_vcpuMask == 0 ? Cpu.InterruptFlag : 0;

    public static void RestoreFl(ulong flags) => Cpu.Flags = (s_vcpuMask = flags == 0 ? 1 : 0) == 0 ? Cpu.InterruptFlag : 0;

    public static void IrqDisable() => Cpu.Flags = (ulong)(s_vcpuMask = 1) - 1;
}

// static inline notrace: four instructions over the table, and under PARAVIRT_DEBUG a null test of the slot, which is an access as well.
#if CURE
[NoInstrument]
#endif
internal static class ArchLocal
{
    public static ulong SaveFlags()
    {
#if !CURE
        Kcsan.CheckAccess(); // What instrumentation puts before the read of the slot.
#endif
#if DEBUG
        if (PvOps.Irq.SaveFl is null) { throw new InvalidOperationException("ud2"); }
#endif
        return PvOps.Irq.SaveFl();
    }

    public static ulong IrqSave()
    {
        ulong flags = PvOps.Irq.SaveFl();
        PvOps.Irq.IrqDisable();
        return flags;
    }

    public static void IrqRestore(ulong flags) => PvOps.Irq.RestoreFl(flags);
}

// local_irq_save and local_irq_restore tell the lock validator. Cured, they tell it of real edges only ("lockdep: Only trace IRQ edges").
internal static class LocalIrq
{
    public static ulong Save()
    {
        ulong flags = ArchLocal.IrqSave();
#if CURE
        if (flags != 0) { Lockdep.HardirqsEnabled = false; }
#else
        Lockdep.HardirqsEnabled = false;
#endif
        return flags;
    }

    public static void Restore(ulong flags)
    {
        if (flags != 0) { Lockdep.HardirqsEnabled = true; }
        ArchLocal.IrqRestore(flags);
    }
}

// The lock validator mirrors the interrupt state, and looks at the real one to do so.
[NoInstrument]
internal static class Lockdep
{
    public static bool HardirqsEnabled { get; set; } = true;

    public static void HardirqsOff()
    {
        if (ArchLocal.SaveFlags() != 0 && PvOps.Irq.SaveFl() == 0) { HardirqsEnabled = false; }
    }
}

// The sanitizer: it turns interrupts off around its watchpoint, and must tell the lock validator. Depth stands in for the end of the stack.
[NoInstrument]
internal static class Kcsan
{
    private const int StackEnds = 1000;
    private static int s_depth;

    public static int Deepest { get; private set; }

    public static void CheckAccess()
    {
        if (s_depth == StackEnds) { return; }
        Deepest = Math.Max(Deepest, ++s_depth);
        Lockdep.HardirqsOff();
        s_depth--;
    }
}
