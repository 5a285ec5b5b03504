using System.Reflection;
using System.Text;
using Ncsan.Runtime;

namespace Ncsan.Rewriter.Tests;

/// <summary>
/// A recording stand-in for the runtime: an assembly of the same name with the same hooks, which writes down each call and does nothing else.
/// Made by reflection over the real hooks, so it cannot drift from them.
/// </summary>
internal static class RuntimeDouble
{
    private static readonly Lazy<byte[]> s_image = new(() => Compiler.Compile("Ncsan.Runtime", Source(), optimize: true, references: []).Image);

    internal static byte[] Image => s_image.Value;

    /// <summary>Hooks of events that are never missed, whichever copy runs: a clean copy calls them too, so they are not counted.</summary>
    private static readonly string[] s_always = ["Monitor", "Lock", "Spin", "Async", "Task", "Thread", "Map", "Blocking", "Complete", "TryComplete", "Cancel", "TryCancel", "Fail", "TryFail", "Raise", "ReaderWriter",
        "OldReaderWriter", "Semaphore", "WaitHandle", "Handle", "Milliseconds", "Await", "Parallel", "Posted", "Context", "ValueTask"];

    /// <summary>Hooks that stand in for a call of the program have to make it.</summary>
    private static readonly Dictionary<string, string> s_instead = new()
    {
        [nameof(Hooks.MonitorEnterTaken)] = "System.Threading.Monitor.Enter(lockObject, ref taken);",
        [nameof(Hooks.MonitorEnter)] = "System.Threading.Monitor.Enter(lockObject);",
        [nameof(Hooks.MonitorExit)] = "System.Threading.Monitor.Exit(lockObject);",
        [nameof(Hooks.MonitorWait)] = "return System.Threading.Monitor.Wait(lockObject);",
        [nameof(Hooks.LockEnter)] = "lockObject.Enter();",
        [nameof(Hooks.LockEnterScope)] = "return lockObject.EnterScope();",
        [nameof(Hooks.LockExit)] = "lockObject.Exit();",
        [nameof(Hooks.LockScopeDispose)] = "scope.Dispose();",
        [nameof(Hooks.CompleteSource)] = "source.SetResult();",
        [nameof(Hooks.TryCompleteSource)] = "return source.TrySetResult();",
        [nameof(Hooks.CompleteSourceOf)] = "source.SetResult(result);",
        [nameof(Hooks.TryCompleteSourceOf)] = "return source.TrySetResult(result);",
        [nameof(Hooks.CancelSource)] = "source.Cancel();",
        [nameof(Hooks.CancelSourceThrowing)] = "source.Cancel(throwOnFirst);",
        [nameof(Hooks.WaitHandleEnter)] = "return handle.WaitOne();",
        [nameof(Hooks.SemaphoreEnter)] = "semaphore.Wait();",
        [nameof(Hooks.SpinLockEnter)] = "spinLock.Enter(ref taken);",
        [nameof(Hooks.SpinLockTryEnter)] = "spinLock.TryEnter(ref taken);",
        [nameof(Hooks.SpinLockTryEnterFor)] = "spinLock.TryEnter(milliseconds, ref taken);",
        [nameof(Hooks.SpinLockTryEnterSpan)] = "spinLock.TryEnter(timeout, ref taken);",
        [nameof(Hooks.SpinLockExit)] = "spinLock.Exit();",
        [nameof(Hooks.SpinLockExitWith)] = "spinLock.Exit(useMemoryBarrier);",
        [nameof(Hooks.MonitorTryEnterFor)] = "return System.Threading.Monitor.TryEnter(lockObject, milliseconds);",
        [nameof(Hooks.MonitorTryEnterSpan)] = "return System.Threading.Monitor.TryEnter(lockObject, timeout);",
        [nameof(Hooks.MonitorTryEnterForTaken)] = "System.Threading.Monitor.TryEnter(lockObject, milliseconds, ref taken);",
        [nameof(Hooks.MonitorTryEnterSpanTaken)] = "System.Threading.Monitor.TryEnter(lockObject, timeout, ref taken);",
        [nameof(Hooks.LockTryEnterFor)] = "return lockObject.TryEnter(milliseconds);",
        [nameof(Hooks.LockTryEnterSpan)] = "return lockObject.TryEnter(timeout);",
        [nameof(Hooks.ReaderWriterTryEnterFor)] = "return (how >> 8 & 0xFF) == 0 ? lockObject.TryEnterWriteLock(milliseconds) : (how >> 8 & 0xFF) == 1 ? lockObject.TryEnterUpgradeableReadLock(milliseconds) : lockObject.TryEnterReadLock(milliseconds);",
        [nameof(Hooks.ReaderWriterTryEnterSpan)] = "return (how >> 8 & 0xFF) == 0 ? lockObject.TryEnterWriteLock(timeout) : (how >> 8 & 0xFF) == 1 ? lockObject.TryEnterUpgradeableReadLock(timeout) : lockObject.TryEnterReadLock(timeout);",
        [nameof(Hooks.SemaphoreEnterFor)] = "return semaphore.Wait(milliseconds);",
        [nameof(Hooks.SemaphoreEnterSpan)] = "return semaphore.Wait(timeout);",
        [nameof(Hooks.WaitHandleEnterFor)] = "return handle.WaitOne(milliseconds, exitContext);",
        [nameof(Hooks.WaitHandleEnterSpan)] = "return handle.WaitOne(timeout, exitContext);",
        [nameof(Hooks.HandleExchangeFor)] = "return System.Threading.WaitHandle.SignalAndWait(toSignal, toWaitOn, milliseconds, exitContext);",
        [nameof(Hooks.HandleExchangeSpan)] = "return System.Threading.WaitHandle.SignalAndWait(toSignal, toWaitOn, timeout, exitContext);",
        [nameof(Hooks.ReaderWriterEnter)] = "if ((how >> 8 & 0xFF) == 0) { lockObject.EnterWriteLock(); } else if ((how >> 8 & 0xFF) == 1) { lockObject.EnterUpgradeableReadLock(); } else { lockObject.EnterReadLock(); }",
        [nameof(Hooks.OldReaderWriterEnter)] = "if ((how >> 8 & 0xFF) == 0) { lockObject.AcquireWriterLock(milliseconds); } else { lockObject.AcquireReaderLock(milliseconds); }",
        [nameof(Hooks.OldReaderWriterUpgrade)] = "return lockObject.UpgradeToWriterLock(milliseconds);",
        [nameof(Hooks.Milliseconds)] = "return (int)timeout.TotalMilliseconds;",
        [nameof(Hooks.HandleExchange)] = "return System.Threading.WaitHandle.SignalAndWait(toSignal, toWaitOn);",
        [nameof(Hooks.RaiseEvent)] = "handlers(sender, e);",
        [nameof(Hooks.RaiseEventOf)] = "handlers(sender, e);",
        [nameof(Hooks.RaiseAction)] = "handlers();",
        [nameof(Hooks.RaiseAction1)] = "handlers(value);",
        [nameof(Hooks.RaiseAction2)] = "handlers(one, two);",
        [nameof(Hooks.ParallelActions)] = "return bodies;",
    };

    private static string Source()
    {
        var text = new StringBuilder("""
            using System;
            using System.Collections.Generic;
            namespace Ncsan.Runtime
            {
                [AttributeUsage(AttributeTargets.Assembly)] public sealed class InstrumentedAttribute(int abiVersion) : Attribute { public int AbiVersion => abiVersion; }
                public static class Hooks
                {
                    public static int State;
                    public static long Count, Accesses;
                    public static bool Recording;
                    public static Action Toggle;
                    public static List<string> Names = new();
                    public static List<int> Sites = new();
                    static void RecordName(string name, int site) { if (Recording) { lock (Names) { Names.Add(name); Sites.Add(site); } } }
                    static void Record(string name, int site) { Count++; if (name.StartsWith("Read") || name.StartsWith("Write") || name.StartsWith("Collection")) { Accesses++; } Toggle?.Invoke(); if (Recording) { lock (Names) { Names.Add(name); Sites.Add(site); } } }

            """);
        foreach (var hook in typeof(Hooks).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        {
            string generic = hook.IsGenericMethodDefinition ? "<" + string.Join(", ", hook.GetGenericArguments().Select(a => a.Name)) + ">" : "";
            string parameters = string.Join(", ", hook.GetParameters().Select(p => Type(p.ParameterType) + " " + p.Name));
            string recorder = s_always.Any(hook.Name.StartsWith) ? "RecordName" : "Record";
            string site = hook.GetParameters().Any(p => p.Name == "site") ? "site" : "-1";
            string? body = hook.GetParameters().Any(p => p.Name == "body" && p.ParameterType == hook.ReturnType) ? "return body;" : null; // a wrapped delegate
            if (body is not null || s_instead.TryGetValue(hook.Name, out body))
            {
                text.AppendLine($"public static {(hook.ReturnType == typeof(void) ? "void" : Type(hook.ReturnType))} {hook.Name}{generic}({parameters}) {{ {recorder}(\"{hook.Name}\", {site}); {body} }}");
                continue;
            }

            // Which barrier it is matters; the plain name stays, since most tests ask for no more.
            if (hook.Name == nameof(Hooks.Barrier)) { recorder = "RecordName(\"Barrier \" + kind, -1); Record"; }
            string result = hook.ReturnType == typeof(void) ? "" : hook.Name == nameof(Hooks.ModuleLoaded) ? "return 0;" : "return default;";
            string record = hook.Name is nameof(Hooks.ModuleLoaded) or nameof(Hooks.LockThread) ? "" : $"{recorder}(\"{hook.Name}\", {site});";
            text.AppendLine($"public static {(hook.ReturnType == typeof(void) ? "void" : Type(hook.ReturnType))} {hook.Name}{generic}({parameters}) {{ {record} {result} }}");
        }

        return text.Append("}}").ToString();
    }

    private static string Type(Type type) =>
        type.IsByRef ? "ref " + Type(type.GetElementType()!) : type.IsArray ? Type(type.GetElementType()!) + "[]" : type.IsGenericParameter ? type.Name
        : type.IsConstructedGenericType ? $"global::{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Type))}>"
        : "global::" + type.FullName!.Replace('+', '.');
}
