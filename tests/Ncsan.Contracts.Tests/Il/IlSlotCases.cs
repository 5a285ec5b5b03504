namespace Ncsan.Contracts.Tests.Il;

/// <summary>Calls through virtual methods, interfaces, delegates and pointers: every target counts.</summary>
internal static class IlSlotCases
{
    internal static IEnumerable<IlCase> All =>
    [
        new("an override of a class", ["NCS0302 B.M() can reach D.M()"], """
            class B { public int X; [NoInstrument] public virtual void M() { } }
            class D : B {
            #if !BROKEN
                [NoInstrument]
            #endif
                public override void M() { X++; } }
            static class P { [NoInstrument] static P() { } static B s_b = new D(); [NoInstrument] static void Enter() { s_b.M(); } }
            """),
        new("an override that is never made cannot be called", ["NCS0302 can reach D.M()"], """
            class B { public int X; [NoInstrument] public virtual void M() { } }
            class D : B { public override void M() { X++; } }
            static class P { [NoInstrument] static P() { }
            #if BROKEN
                static B s_b = new D();
            #else
                static B s_b = new B();
            #endif
                [NoInstrument] static void Enter() { s_b.M(); } }
            """),
        new("an interface", ["NCS0302 I.M() can reach C.M()"], """
            interface I { void M(); }
            class C : I { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void M() { _x++; } }
            static class P { [NoInstrument] static P() { } static I s_i = new C(); [NoInstrument] static void Enter() { s_i.M(); } }
            """),
        new("an explicit implementation", ["NCS0302 I.M() can reach C.I.M()"], """
            interface I { void M(); }
            class C : I { int _x; [NoInstrument] public void M() { }
            #if !BROKEN
                [NoInstrument]
            #endif
                void I.M() { _x++; } }
            static class P { [NoInstrument] static P() { } static I s_i = new C(); [NoInstrument] static void Enter() { s_i.M(); } }
            """),
        new("an implementation that a base class gives", ["NCS0302 I.M() can reach B.M()"], """
            interface I { void M(); }
            class B { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void M() { _x++; } }
            class C : B, I { }
            static class P { [NoInstrument] static P() { } static I s_i = new C(); [NoInstrument] static void Enter() { s_i.M(); } }
            """),
        new("a default interface method", ["NCS0302 I.M() can reach I.M()"], """
            interface I { static int s_x;
            #if !BROKEN
                [NoInstrument]
            #endif
                void M() { s_x++; } }
            class C : I { }
            static class P { [NoInstrument] static P() { } static I s_i = new C(); [NoInstrument] static void Enter() { s_i.M(); } }
            """),
        new("a generic interface", ["NCS0302 can reach C.Put(int)"], """
            interface IPut<T> { void Put(T t); }
            class C : IPut<int>, IPut<string> { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Put(int t) { _x++; }
                [NoInstrument] public void Put(string t) { _x++; } }
            static class P { [NoInstrument] static P() { } static IPut<int> s_i = new C(); [NoInstrument] static void Enter() { s_i.Put(3); } }
            """),
        new("an abstract method", ["NCS0302 A.M() can reach D.M()"], """
            abstract class A { public int X; public abstract void M(); }
            class D : A {
            #if !BROKEN
                [NoInstrument]
            #endif
                public override void M() { X++; } }
            class E : A { [NoInstrument] public override void M() { X++; } }
            static class P { [NoInstrument] static P() { } static A s_a = new D(), s_b = new E(); [NoInstrument] static void Enter() { s_a.M(); } }
            """),
        new("a new virtual hides the slot", ["NCS0302 A.M() can reach B.M()"], """
            class A { public int X; [NoInstrument] public virtual void M() { } }
            class B : A {
            #if BROKEN
                public override void M() { X++; }
            #else
                public new virtual void M() { X++; }
            #endif
            }
            static class P { [NoInstrument] static P() { } static A s_a = new B(); [NoInstrument] static void Enter() { s_a.M(); } }
            """),
        new("a covariant return", ["NCS0302 A.Make() can reach B.Make()"], """
            class A { public int X; [NoInstrument] public virtual A Make() => null; }
            class B : A {
            #if !BROKEN
                [NoInstrument]
            #endif
                public override B Make() { X++; return null; } }
            static class P { [NoInstrument] static P() { } static A s_a = new B(); [NoInstrument] static A Enter() => s_a.Make(); }
            """),
        new("a generic virtual method", ["NCS0302 can reach B.M<T>(T)"], """
            class A { public int X; [NoInstrument] public virtual void M<T>(T t) { } }
            class B : A {
            #if !BROKEN
                [NoInstrument]
            #endif
                public override void M<T>(T t) { X++; } }
            static class P { [NoInstrument] static P() { } static A s_a = new B(); [NoInstrument] static void Enter() { s_a.M(1); } }
            """),
        new("a member of an op table", ["NCS0302 Ops.SaveFl can reach Xen.SaveFl()"], """
            class Ops { public Func<ulong> SaveFl; public Action Disable; }
            static class Native { [NoInstrument] public static ulong SaveFl() => 1; [NoInstrument] public static void Disable() { } }
            static class Xen { static ulong s_flags;
            #if !BROKEN
                [NoInstrument]
            #endif
                public static ulong SaveFl() { return s_flags; } }
            static class P { [NoInstrument] static P() { } static readonly Ops s_ops = new Ops { SaveFl = Native.SaveFl, Disable = Native.Disable };
                static void Patch() { s_ops.SaveFl = Xen.SaveFl; }
                [NoInstrument] static ulong Enter() { s_ops.Disable(); return s_ops.SaveFl(); } }
            """),
        new("slots of the same type are kept apart", ["NCS0302 Ops.A can reach Log.Value()"], """
            class Ops { public Func<int> A, B; }
            static class P { [NoInstrument] static P() { } static Ops s_ops = new Ops { A = Log.Value, B = Log.QuietValue };
            #if BROKEN
                [NoInstrument] static int Enter() => s_ops.A();
            #else
                [NoInstrument] static int Enter() => s_ops.B();
            #endif
            }
            """),
        new("a static delegate", ["NCS0302 P.s_hit can reach Log.Hit()"], """
            static class P { [NoInstrument] static P() { }
            #if BROKEN
                static Action s_hit = Log.Hit;
            #else
                static Action s_hit = Log.Quiet;
            #endif
                [NoInstrument] static void Enter() { s_hit(); } }
            """),
        new("a multicast delegate", ["NCS0302 P.s_all can reach Log.Hit()"], """
            static class P { [NoInstrument] static P() { } static Action s_all = Log.Quiet;
            #if BROKEN
                static void Add() { s_all += Log.Hit; }
            #endif
                [NoInstrument] static void Enter() { s_all(); } }
            """),
        new("an event", ["NCS0302 P.Changed can reach P.OnChanged()"], """
            class P { int _x; event Action Changed;
            #if !BROKEN
                [NoInstrument]
            #endif
                void OnChanged() { _x++; }
                void Subscribe() { Changed += OnChanged; }
                [NoInstrument] void Enter() { if (Changed != null) { Changed(); } } }
            """),
        new("a table of delegates", ["NCS0302 P.s_table[] can reach Log.Hit()"], """
            static class P { [NoInstrument] static P() { }
            #if BROKEN
                static readonly Action[] s_table = { Log.Quiet, Log.Hit };
            #else
                static readonly Action[] s_table = { Log.Quiet, Log.Quiet };
            #endif
                [NoInstrument] static void Enter(int i) { s_table[i](); } }
            """),
        new("a delegate that is passed in", ["NCS0302 parameter a of P.Enter(Action) can reach Log.Hit()"], """
            static class P { [NoInstrument] static void Enter(Action a) { a(); }
                static void Caller() {
            #if BROKEN
                Enter(Log.Hit);
            #else
                Enter(Log.Quiet);
            #endif
                } }
            """),
        new("a delegate that a method returns", ["NCS0302 can reach Log.Hit()"], """
            static class P { [NoInstrument] static Action Pick(bool b) {
            #if BROKEN
                return b ? Log.Hit : Log.Quiet;
            #else
                return b ? Log.Quiet : Log.Quiet;
            #endif
                }
                [NoInstrument] static void Enter(bool b) { Pick(b)(); } }
            """),
        new("a delegate in a struct", ["NCS0302 S.Run can reach Log.Hit()"], """
            struct S { public Action Run; }
            static class P { static S s_s;
                static void Set() {
            #if BROKEN
                s_s.Run = Log.Hit;
            #else
                s_s.Run = Log.Quiet;
            #endif
                }
                [NoInstrument] static void Enter() { s_s.Run(); } }
            """),
        new("a delegate behind Interlocked and Volatile", ["NCS0302 can reach Log.Hit()"], """
            static class P { [NoInstrument] static P() { } static Action s_run = Log.Quiet;
                static void Set() {
            #if BROKEN
                Interlocked.CompareExchange(ref s_run, Log.Hit, null);
            #else
                Interlocked.CompareExchange(ref s_run, Log.Quiet, null);
            #endif
                }
                [NoInstrument] static void Enter() { Volatile.Read(ref s_run)(); } }
            """),
        new("a delegate in a list", ["NCS0302 can reach Log.Hit()"], """
            static class P { [NoInstrument] static P() { } static List<Action> s_all = new List<Action>();
                static void Set() {
            #if BROKEN
                s_all.Add(Log.Hit);
            #else
                s_all.Add(Log.Quiet);
            #endif
                }
                [NoInstrument] static void Enter() { foreach (Action a in s_all) { a(); } } }
            """),
        new("a delegate behind a reference parameter", ["NCS0302 can reach Log.Hit()"], """
            static class P { static Action s_run;
                static void Set(ref Action a) {
            #if BROKEN
                a = Log.Hit;
            #else
                a = Log.Quiet;
            #endif
                }
                static void Call() { Set(ref s_run); }
                [NoInstrument] static void Enter() { s_run(); } }
            """),
        new("a variant delegate", ["NCS0302 can reach P.Name()"], """
            static class P { [NoInstrument] static P() { } static string s_name;
            #if !BROKEN
                [NoInstrument]
            #endif
                static string Name() { return s_name; }
                static Func<string> s_f = Name; static Func<object> s_g = s_f;
                [NoInstrument] static object Enter() => s_g(); }
            """),
        new("a delegate over a virtual method", ["NCS0302 can reach D.M()"], """
            class B { public int X; [NoInstrument] public virtual void M() { } }
            class D : B {
            #if !BROKEN
                [NoInstrument]
            #endif
                public override void M() { X++; } }
            static class P { [NoInstrument] static P() { } static B s_b = new D(); static Action s_run = s_b.M; [NoInstrument] static void Enter() { s_run(); } }
            """),
        new("a closure that an unprotected method made", ["NCS0302 P.s_run can reach P.<>c__DisplayClass"], """
            static class P { static Action s_run;
            #if !BROKEN
                [NoInstrument]
            #endif
                static void Set(int n) { s_run = () => { n++; }; }
                [NoInstrument] static void Enter() { s_run(); } }
            """),
        new("a static lambda", ["NCS0302 P.s_run can reach P.<>c."], """
            static class P { static Action s_run;
            #if !BROKEN
                [NoInstrument]
            #endif
                static void Set() { s_run = static () => Log.Count++; }
                [NoInstrument] static void Enter() { s_run(); } }
            """) { Optimize = true },
        new("a function pointer", ["NCS0302 P.s_run can reach Log.Hit()"], """
            static unsafe class P { [NoInstrument] static P() { }
            #if BROKEN
                static delegate*<void> s_run = &Log.Hit;
            #else
                static delegate*<void> s_run = &Log.Quiet;
            #endif
                [NoInstrument] static void Enter() { s_run(); } }
            """),
        new("a function pointer in a struct of ops", ["NCS0302 Ops.Irq can reach Log.Hit()"], """
            unsafe struct Ops { public delegate*<void> Irq; public delegate*<int> Flags; }
            static unsafe class P { static Ops s_ops;
                static void Init() { s_ops.Flags = &Log.QuietValue;
            #if BROKEN
                s_ops.Irq = &Log.Hit;
            #else
                s_ops.Irq = &Log.Quiet;
            #endif
                }
                [NoInstrument] static int Enter() { s_ops.Irq(); return s_ops.Flags(); } }
            """),
        new("a constrained call on a struct argument", ["NCS0302 can reach S.Run()"], """
            interface IRun { void Run(); }
            struct S : IRun { public int[] A;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Run() { A[0]++; } }
            static class P { [NoInstrument] static void Enter<T>(T t) where T : IRun { t.Run(); }
                static void Caller() { Enter(new S()); } }
            """),
        new("a constrained call on a class argument", ["NCS0302 can reach C.Run()"], """
            interface IRun { void Run(); }
            class C : IRun { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Run() { _x++; } }
            static class P { [NoInstrument] static void Enter<T>(T t) where T : IRun { t.Run(); }
                static void Caller() { Enter(new C()); } }
            """),
        new("a static abstract member", ["NCS0302 can reach C.Run()"], """
            interface IRun { static abstract void Run(); }
            class C : IRun { static int s_x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public static void Run() { s_x++; } }
            static class P { [NoInstrument] static void Enter<T>() where T : IRun { T.Run(); }
                static void Caller() { Enter<C>(); } }
            """),
        new("Dispose through the interface", ["NCS0302 System.IDisposable.Dispose() can reach C.Dispose()"], """
            class C : IDisposable { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Dispose() { _x++; } }
            static class P { [NoInstrument] static P() { } static IDisposable s_d = new C(); [NoInstrument] static void Enter() { s_d.Dispose(); } }
            """),
        new("the framework calls back a comparer", ["NCS0301 call to System.Collections.Generic.Dictionary.TryGetValue"], """
            class Key { public int Id;
            #if !BROKEN
                [NoInstrument]
            #endif
                public override int GetHashCode() { return Id; }
                [NoInstrument] public override bool Equals(object o) => o is Key k && k.Id == Id; }
            static class P { static Dictionary<Key, int> s_map; static Key s_key;
                static void Set() { s_map = new Dictionary<Key, int>(); s_key = new Key(); s_map.Add(s_key, 1); }
                [NoInstrument] static bool Enter() => s_map.TryGetValue(s_key, out _); }
            """),
        new("the framework calls a delegate that it is handed", ["NCS0301 call to System.Collections.Generic.List.ForEach"], """
            static class P { [NoInstrument] static P() { } static List<int> s_list = new List<int>();
            #if !BROKEN
                [NoInstrument]
            #endif
                static void Each(int i) { Log.Count += i; }
                [NoInstrument] static void Enter() { s_list.ForEach(Each); } }
            """),
        new("a framework method that leads nowhere is no violation", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static P() { } static List<int> s_list = new List<int>(); static long s_n; static object s_lock = new object();
                [NoInstrument] static void Enter() {
                    Interlocked.Increment(ref s_n); s_list.Add((int)Stopwatch.GetTimestamp()); Thread.SpinWait(3); Volatile.Write(ref s_n, Environment.CurrentManagedThreadId);
            #if BROKEN
                    Log.Hit();
            #endif
                } }
            """),
        new("a public interface in a library", ["NCS0303 the receiver may be of a type of code that was not given"], """
            public interface IRun { void Run(); }
            #if BROKEN
            public class C : IRun { [NoInstrument] public void Run() { } }
            public static class P { [NoInstrument] public static void Enter(IRun r) { r.Run(); } }
            #else
            public sealed class C : IRun { [NoInstrument] public void Run() { } }
            public static class P { [NoInstrument] public static void Enter(C r) { r.Run(); } }
            #endif
            """) { Open = true },
        new("a public delegate field in a library", ["NCS0303 code that was not given may store there"], """
            #if BROKEN
            public static class Ops { [NoInstrument] static Ops() { } public static Action Run = P.Quiet; }
            #else
            public static class Ops { [NoInstrument] static Ops() { } internal static Action Run = P.Quiet; }
            #endif
            public static class P { [NoInstrument] internal static void Quiet() { } [NoInstrument] public static void Enter() { Ops.Run(); } }
            """) { Open = true },
        new("a slot that nothing is stored in", ["NCS0303 nothing is seen to be stored there"], """
            static class Ops { internal static Action Run; }
            static class P {
            #if !BROKEN
                static void Set() { Ops.Run = Log.Quiet; }
            #endif
                [NoInstrument] static void Enter() { Ops.Run(); } }
            """),
        new("reflection", ["NCS0303 reflection"], """
            static class P { static System.Reflection.MethodInfo s_m; static int s_n;
                [NoInstrument] static void Enter() {
            #if BROKEN
                s_m.Invoke(null, null);
            #endif
                s_n++; } }
            """),
    ];
}
