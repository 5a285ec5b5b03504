using System.Collections.Concurrent;
using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter;
using Ncsan.Runtime;

namespace Ncsan.Locks.Tests;

/// <summary>
/// Every public method of the framework's locking and blocking types is either intercepted or known to need no interception: an overload that is
/// missed makes a lock look like a signal. Each method is called from a module of its own making, which is rewritten and looked at.
/// </summary>
public sealed class SurfaceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ncsan-surface-").FullName;

    // By type: what is intercepted, and what needs none. A method that is in neither fails, one that is in the wrong one too.
    private static readonly (Type Type, string Intercepted, string Free, string Why)[] s_types =
    [
        (typeof(Monitor), "Enter TryEnter Exit Wait Pulse PulseAll", "IsEntered", "asks"),
        (typeof(Lock), "Enter TryEnter EnterScope Exit", "", ""),
        (typeof(Lock.Scope), "Dispose", "", ""),
        (typeof(ReaderWriterLockSlim), "EnterReadLock EnterWriteLock EnterUpgradeableReadLock TryEnterReadLock TryEnterWriteLock TryEnterUpgradeableReadLock ExitReadLock ExitWriteLock ExitUpgradeableReadLock Dispose", "", ""),
        (typeof(ReaderWriterLock), "AcquireReaderLock AcquireWriterLock ReleaseReaderLock ReleaseWriterLock ReleaseLock RestoreLock UpgradeToWriterLock DowngradeFromWriterLock", "AnyWritersSince", "asks"),
        (typeof(Mutex), "ReleaseMutex OpenExisting TryOpenExisting", "", ""),
        (typeof(Semaphore), "Release OpenExisting TryOpenExisting", "", ""),
        (typeof(WaitHandle), "WaitOne WaitAll WaitAny SignalAndWait", "Close Dispose", "the end of a handle that may be no lock"),
        (typeof(EventWaitHandle), "OpenExisting TryOpenExisting", "Set Reset", "signals"),
        (typeof(SemaphoreSlim), "Wait WaitAsync Release Dispose", "", ""),
        (typeof(SpinLock), "Enter TryEnter Exit", "", ""),
        (typeof(SpinWait), "SpinUntil", "Reset SpinOnce", "waits for nobody"),
        (typeof(ManualResetEventSlim), "Wait", "Set Reset Dispose", "signals"),
        (typeof(CountdownEvent), "Wait", "Signal Reset AddCount TryAddCount Dispose", "signals"),
        (typeof(Barrier), "SignalAndWait", "AddParticipant AddParticipants RemoveParticipant RemoveParticipants Dispose", "waits for nobody"),
        (typeof(BlockingCollection<int>), "Add Take TryAdd TryTake AddToAny TakeFromAny TryAddToAny TryTakeFromAny GetConsumingEnumerable", "CompleteAdding CopyTo ToArray Dispose", "waits for nobody"),
        (typeof(Task), "Wait WaitAll Run ContinueWith WhenAll WhenAny", "WaitAny WaitAsync WhenEach GetAwaiter ConfigureAwait Start RunSynchronously Delay Dispose FromCanceled FromException FromResult Yield", "makes a task, or waits for the first of several; GetAwaiter().GetResult() has tests of its own"),
        (typeof(Task<int>), "get_Result ContinueWith", "GetAwaiter ConfigureAwait WaitAsync", "makes a task"),
        (typeof(ValueTask), "", "AsTask Preserve GetAwaiter ConfigureAwait Equals GetHashCode FromCanceled FromException FromResult", "makes a task"),
        (typeof(ValueTask<int>), "get_Result", "AsTask Preserve GetAwaiter ConfigureAwait Equals GetHashCode ToString", "makes a task"),
        (typeof(TaskCompletionSource), "SetResult SetException SetCanceled SetFromTask TrySetResult TrySetException TrySetCanceled TrySetFromTask", "", ""),
        (typeof(TaskCompletionSource<int>), "SetResult SetException SetCanceled SetFromTask TrySetResult TrySetException TrySetCanceled TrySetFromTask", "", ""),
        (typeof(CancellationTokenSource), "Cancel", "CancelAfter CancelAsync CreateLinkedTokenSource Dispose TryReset", "callbacks run elsewhere"),
        (typeof(SynchronizationContext), "Send Post", "CreateCopy IsWaitNotificationRequired OperationStarted OperationCompleted SetSynchronizationContext Wait", "called by the framework"),
        (typeof(CancellationToken), "Register UnsafeRegister", "Equals GetHashCode ThrowIfCancellationRequested", "asks"),
        (typeof(CancellationTokenRegistration), "Dispose", "DisposeAsync Unregister Equals GetHashCode", "makes a task, or does not wait"),
        (typeof(Timer), "Dispose", "Change DisposeAsync", "makes a task, or waits for nobody"),
        (typeof(Lazy<int>), "get_Value", "ToString", "asks"),
        (typeof(Parallel), "For ForEach Invoke", "ForAsync ForEachAsync", "makes a task"),
    ];

    /// <summary>The exceptions, overload by overload.</summary>
    private static bool IsIntercepted(Type type, MethodInfo method, bool byName) => (type.Name, method.Name) switch
    {
        ("Timer", "Dispose") => method.GetParameters().Length == 1,
        _ => byName,
    };

    public static TheoryData<string> Types => [.. s_types.Select(row => row.Type.ToString())];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_method_is_intercepted_or_known_to_need_none(string name)
    {
        var (type, intercepted, free, _) = s_types.Single(row => row.Type.ToString() == name);
        MethodInfo[] methods = [.. type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => (!m.IsSpecialName || m.Name is "get_Result" or "get_Value") && (m.Name == "Dispose" || !m.IsVirtual || m.DeclaringType == type))];
        var hooked = Rewritten(methods);
        var wrong = new List<string>();
        foreach (MethodInfo method in methods)
        {
            bool yes = intercepted.Split(' ').Contains(method.Name), no = free.Split(' ').Contains(method.Name);
            if (!yes && !no) { wrong.Add($"{method} is not classified"); continue; }
            if (hooked.Contains(method) != IsIntercepted(type, method, yes)) { wrong.Add($"{method} is {(hooked.Contains(method) ? "" : "not ")}intercepted"); }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>The methods whose call has a hook of the lock validator after rewriting.</summary>
    private HashSet<MethodInfo> Rewritten(MethodInfo[] methods)
    {
        string source = Path.Combine(_folder, "Calls.dll"), target = Path.Combine(_folder, "out", "Calls.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using (var assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("Calls", new Version(1, 0)), "Calls", ModuleKind.Dll))
        {
            var module = assembly.MainModule;
            var holder = new TypeDefinition("", "Calls", Mono.Cecil.TypeAttributes.Public | Mono.Cecil.TypeAttributes.Abstract, module.TypeSystem.Object);
            module.Types.Add(holder);
            var body = new MethodDefinition("Body", Mono.Cecil.MethodAttributes.Static, module.TypeSystem.Void);
            body.Body.GetILProcessor().Emit(OpCodes.Ret);
            holder.Methods.Add(body);
            for (int i = 0; i < methods.Length; i++) { holder.Methods.Add(Caller(module, methods[i], $"M{i}", body)); }
            assembly.Write(source);
        }

        var result = AssemblyRewriter.Rewrite(source, target);
        Assert.True(result.Status == RewriteStatus.Instrumented, result.Reason);
        using var rewritten = ModuleDefinition.ReadModule(target);
        var calls = rewritten.GetType("Calls").Methods.ToDictionary(method => method.Name);
        return [.. methods.Where((_, i) => calls[$"M{i}"].Body.Instructions.Any(IsLockHook))];
    }

    private static bool IsLockHook(Instruction instruction) => instruction.Operand is MethodReference { DeclaringType.FullName: "Ncsan.Runtime.Hooks" } hook
        && !hook.Name.StartsWith("Read", StringComparison.Ordinal) && !hook.Name.StartsWith("Write", StringComparison.Ordinal)
        && !hook.Name.StartsWith("Collection", StringComparison.Ordinal) && hook.Name is not ("Barrier" or "WorkGiven" or "WorkDone" or "WorkQueued" or "ThreadStarting") || instruction.Operand is MethodReference { Name: nameof(Hooks.ReaderWriterEnter) or nameof(Hooks.ReaderWriterTryEnterFor) or nameof(Hooks.ReaderWriterTryEnterSpan) };

    private static MethodDefinition Caller(ModuleDefinition module, MethodInfo method, string name, MethodDefinition body)
    {
        if (method.IsGenericMethodDefinition) { method = method.MakeGenericMethod([.. method.GetGenericArguments().Select(_ => typeof(int))]); }
        var caller = new MethodDefinition(name, Mono.Cecil.MethodAttributes.Public | Mono.Cecil.MethodAttributes.Static, module.ImportReference(method.ReturnType));
        var il = caller.Body.GetILProcessor();
        Type declaring = method.DeclaringType!;
        if (!method.IsStatic) { Load(declaring.IsValueType ? declaring.MakeByRefType() : declaring); }
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            if (!typeof(Delegate).IsAssignableFrom(parameter.ParameterType)) { Load(parameter.ParameterType); continue; }
            il.Emit(OpCodes.Ldnull);
            il.Emit(OpCodes.Ldftn, body);
            il.Emit(OpCodes.Newobj, module.ImportReference(parameter.ParameterType.GetConstructors()[0]));
        }

        il.Emit(method.IsStatic || declaring.IsValueType ? OpCodes.Call : OpCodes.Callvirt, module.ImportReference(method));
        il.Emit(OpCodes.Ret);
        return caller;

        void Load(Type type)
        {
            var parameter = new ParameterDefinition(module.ImportReference(type));
            caller.Parameters.Add(parameter);
            il.Emit(OpCodes.Ldarg, parameter);
        }
    }
}
