using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

/// <summary>
/// Drives a validator by a line of text. Threads are separated by <c>|</c> and run one after another, so no deadlock can happen: only its proof.
/// A thread lets go of everything when its part ends, newest first, unless the part ends in <c>leave</c>.
/// </summary>
/// <remarks>
/// <c>A</c> takes lock A, a lock of class A; <c>A'</c> and <c>A''</c> are other locks of that class; <c>A/1</c> is subclass 1. <c>:w :r :R :u</c> says how (writer, reader,
/// recursive reader, upgradeable); <c>?A</c> tries. <c>-A</c> releases, <c>+@M</c> enters a map, <c>+#C</c> a context, <c>+$S</c> a synchronization context, <c>-@M</c>
/// leaves it, <c>~@M</c> waits for it or may enter it. <c>^A</c> pins, <c>_A</c> unpins, <c>=A</c> asserts held, <c>!A</c> asserts not held, <c>A&lt;B</c> takes A nested under B,
/// <c>xA</c> disposes, <c>*A</c> makes the class of A a spinning one, <c>nA</c> takes it out of validation, <c>%2A</c> makes A a throttle with room for 2, <c>end</c> ends the thread, <c>;</c> lets go and goes on on the same thread.
/// </remarks>
internal sealed class Script
{
    private readonly Dictionary<string, LockClass> _classes = [];
    private readonly Dictionary<string, LockInstance> _locks = [];
    private readonly List<LockReport> _reports = [];
    private readonly List<string> _exhausted = [];
    private readonly Flavor _flavor;
    private int _site = 100;

    internal Script(Flavor flavor, LockLimits? limits = null)
    {
        _flavor = flavor;
        Validator = new Validator(_reports.Add, limits, null, _exhausted.Add);
    }

    internal Validator Validator { get; }

    internal IReadOnlyList<LockReport> Reports => [.. _reports, .. Validator.ConfirmedInTheEnd, .. Validator.Doubts];

    internal IReadOnlyList<string> Exhausted => _exhausted;

    internal static Script Run(string text, Flavor? flavor = null)
    {
        var script = new Script(flavor ?? Flavor.All[0]);
        script.Go(text);
        return script;
    }

    internal void Go(string text)
    {
        int number = 1;
        foreach (string part in text.Split('|'))
        {
            var thread = new HeldLocks(new ThreadIdentity(number++, null, false));
            foreach (string token in part.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (token == "leave") { goto next; }
                if (token == ";") { LetGo(thread); } else { Step(thread, token); }
            }

            LetGo(thread);
        next:;
        }
    }

    private void LetGo(HeldLocks thread)
    {
        while (thread.Depth > 0)
        {
            ref HeldLock top = ref thread.Entries[thread.Depth - 1];
            if ((top.Flags & AcquireFlags.Mark) != 0) { Validator.Leave(thread, top.Lock); }
            else { Validator.Release(thread, top.Lock, null, ++_site); }
        }
    }

    private void Step(HeldLocks thread, string token)
    {
        int site = ++_site;
        string rest = token[1..];
        switch (token[0])
        {
            case 'e' when token == "end": Validator.End(thread, 0, "the thread", site); break;
            case '?': Take(thread, rest, AcquireFlags.Try, site); break;
            case '-' when rest[0] is '@' or '#' or '$': Validator.Leave(thread, Lock(rest)); break;
            case '-':
                var (name, mode) = Mode(rest);
                Validator.Release(thread, Lock(name), rest.Contains(':') ? mode.Held() : null, site);
                break;
            case '+': Validator.Enter(thread, Lock(rest), site); break;
            case '~': Validator.Wait(thread, Lock(rest), AcquireFlags.None, site); break;
            case '^': Validator.Pin(thread, Lock(rest), site); break;
            case '_': Validator.Unpin(thread, Lock(rest), site); break;
            case '=': Validator.AssertHeld(thread, Lock(Mode(rest).Name), rest.Contains(':') ? Mode(rest).Want.Held() : null, site); break;
            case '!': Validator.AssertNotHeld(thread, Lock(rest), site); break;
            case 'x': Validator.Disposed(thread, Lock(rest), site); break;
            case '*': Lock(rest).Class.WaitType = WaitType.Spin; break;
            case 'n': Validator.Unorder(Lock(rest).Class, "the test says so"); break;
            case '%':
                Lock(rest[1..]).Room = rest[0] - '0';
                Validator.Unorder(Lock(rest[1..]).Class, "it is a throttle");
                break;
            default: Take(thread, token, AcquireFlags.None, site); break;
        }
    }

    private void Take(HeldLocks thread, string token, AcquireFlags flags, int site)
    {
        if (token.Split('<') is [var child, var parent])
        {
            Validator.CheckNested(thread, Lock(child), Lock(parent), site);
            thread.Push(Lock(child), _flavor.WantMode, AcquireFlags.None, site);
            return;
        }

        var (name, want) = Mode(token);
        Validator.Acquire(thread, Lock(name), want, flags, site);
    }

    private (string Name, WantMode Want) Mode(string token) => token.Split(':') switch
    {
        [var name, "w"] => (name, WantMode.Exclusive),
        [var name, "r"] => (name, WantMode.Shared),
        [var name, "R"] => (name, WantMode.RecursiveShared),
        [var name, "u"] => (name, WantMode.Upgradeable),
        _ => (token, _flavor.WantMode),
    };

    private LockInstance Lock(string name)
    {
        if (_locks.TryGetValue(name, out LockInstance? known)) { return known; }
        string className = name.TrimEnd('\'');
        if (!_classes.TryGetValue(className, out LockClass? lockClass)) { _classes.Add(className, lockClass = Class(className)); }
        return _locks[name] = Validator.AddInstance(lockClass);
    }

    private LockClass Class(string name)
    {
        switch (name[0])
        {
            case '@': return Validator.AddClass(name[1..], LockKind.Map);
            case '#':
                LockClass context = Validator.AddClass(name[1..], LockKind.Context);
                context.EnteredInline = !name.StartsWith("#finalizer", StringComparison.Ordinal);
                return context;
            case '$': return Validator.AddClass(name[1..], LockKind.SynchronizationContext);
            default:
                string[] parts = name.Split('/');
                LockClass added = Validator.AddClass(parts[0], _flavor.LockKind, parts.Length == 2 ? int.Parse(parts[1]) : 0);
                added.Reentrant = _flavor.IsReentrant;
                added.HasWriters |= _flavor.Writers;
                added.SeenBalanced = true;
                return added;
        }
    }
}
