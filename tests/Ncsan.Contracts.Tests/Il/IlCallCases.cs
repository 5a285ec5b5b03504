namespace Ncsan.Contracts.Tests.Il;

/// <summary>Calls by name, and what [NoInstrument] covers.</summary>
internal static class IlCallCases
{
    internal static IEnumerable<IlCase> All =>
    [
        new("a static call", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter() {
            #if BROKEN
                Log.Hit();
            #else
                Log.Quiet();
            #endif
            } }
            """),
        new("every call is reported, not the first", ["NCS0301 call to Log.Hit", "NCS0301 call to Log.Value", "NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static int Enter() {
            #if BROKEN
                Log.Hit(); int v = Log.Value(); Log.Hit(); return v;
            #else
                return Log.QuietValue();
            #endif
            } }
            """),
        new("an instance call", ["NCS0301 call to C.M"], """
            class C { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void M() { _x++; }
                [NoInstrument] void Enter() { M(); } }
            """),
        new("a call of the base", ["NCS0301 call to B.M"], """
            class B { protected int X;
            #if !BROKEN
                [NoInstrument]
            #endif
                public virtual void M() { X++; } }
            class D : B { [NoInstrument] public override void M() { base.M(); } }
            """),
        new("an extension method", ["NCS0301 call to E.Twice"], """
            static class E {
            #if !BROKEN
                [NoInstrument]
            #endif
                public static int Twice(this int[] a) { return a[0] * 2; } }
            static class P { [NoInstrument] static int Enter(int[] a) => a.Twice(); }
            """),
        new("a property", ["NCS0301 call to C.get_Level"], """
            class C { int _level;
            #if !BROKEN
                [NoInstrument]
            #endif
                public int Level { get { return _level; } }
                [NoInstrument] int Enter() => Level; }
            """),
        new("an indexer", ["NCS0301 call to C.get_Item(int)"], """
            class C { int[] _a = new int[4];
            #if !BROKEN
                [NoInstrument]
            #endif
                public int this[int i] { get { return _a[i]; } }
                [NoInstrument] int Enter() => this[1]; }
            """),
        new("an operator", ["NCS0301 call to V.op_Addition"], """
            class V { public int X;
            #if !BROKEN
                [NoInstrument]
            #endif
                public static int operator +(V a, V b) { return a.X + b.X; } }
            static class P { [NoInstrument] static int Enter(V v) => v + v; }
            """),
        new("a conversion", ["NCS0301 call to V.op_Implicit"], """
            class V { public int X;
            #if !BROKEN
                [NoInstrument]
            #endif
                public static implicit operator int(V a) { return a.X; } }
            static class P { [NoInstrument] static int Enter(V v) => v; }
            """),
        new("an event accessor", ["NCS0301 call to C.add_Changed"], """
            class C { Action _changed;
            #if BROKEN
                public event Action Changed { add { _changed += value; } remove { } }
            #else
                public event Action Changed { [NoInstrument] add { _changed += value; } [NoInstrument] remove { } }
            #endif
                [NoInstrument] void Enter(Action a) { Changed += a; } }
            """),
        new("a constructor with initialised fields", ["NCS0301 call to C..ctor"], """
            class C { public int X = 5;
            #if !BROKEN
                [NoInstrument]
            #endif
                public C() { X = Log.Count; } }
            static class P { [NoInstrument] static C Enter() => new C(); }
            """),
        new("a struct's method", ["NCS0301 call to S.Get"], """
            struct S { int[] _a;
            #if !BROKEN
                [NoInstrument]
            #endif
                public int Get() { return _a[0]; } }
            static class P { [NoInstrument] static int Enter(ref S s) => s.Get(); }
            """),
        new("a generic method", ["NCS0301 call to G.Load<T>"], """
            static class G {
            #if !BROKEN
                [NoInstrument]
            #endif
                public static T Load<T>(T[] a) { return a[0]; } }
            static class P { [NoInstrument] static int Enter(int[] a) => G.Load(a); }
            """),
        new("a method of a generic type", ["NCS0301 call to Box.Get"], """
            class Box<T> { T _v;
            #if !BROKEN
                [NoInstrument]
            #endif
                public T Get() { return _v; } }
            static class P { [NoInstrument] static string Enter(Box<string> b) => b.Get(); }
            """),
        new("a call in a catch block", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter() {
                try { Log.Quiet(); }
                catch (Exception) {
            #if BROKEN
                    Log.Hit();
            #endif
                } } }
            """),
        new("a call in a finally block", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter() {
                try { Log.Quiet(); }
                finally {
            #if BROKEN
                    Log.Hit();
            #else
                    Log.Quiet();
            #endif
                } } }
            """),
        new("a call in an exception filter", ["NCS0301 call to Log.Value"], """
            static class P { [NoInstrument] static void Enter() {
                try { Log.Quiet(); }
            #if BROKEN
                catch (Exception) when (Log.Value() > 0) { }
            #else
                catch (Exception) when (Log.QuietValue() > 0) { }
            #endif
                } }
            """),
        new("a local function", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter() {
                Inner();
                static void Inner() {
            #if BROKEN
                    Log.Hit();
            #else
                    Log.Quiet();
            #endif
                } } }
            """),
        new("protected by its type", ["NCS0301 call to Log.Hit"], """
            [NoInstrument] static class P { static class Inner { internal static void M() {
            #if BROKEN
                Log.Hit();
            #endif
            } }
            static void Enter() { Inner.M(); } }
            """),
        new("protected by its module", ["NCS0309 System.Diagnostics.Debug.Fail", "NCS0309 System.Diagnostics.Debug.Assert"], """
            static class P { static int s_x; static void Enter() { s_x++;
            #if BROKEN
                Debug.Fail("no"); Debug.Assert(true);
            #endif
            } }
            """) { Module = true },
        new("protected by its property", ["NCS0301 call to Log.Value"], """
            class C { [NoInstrument] int Level { get {
            #if BROKEN
                return Log.Value();
            #else
                return Log.QuietValue();
            #endif
            } } int Read() => Level; }
            """),
        new("using a disposable struct", ["NCS0301 call to S.Dispose"], """
            ref struct S { public int[] A;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Dispose() { A[0]++; } }
            static class P { [NoInstrument] static void Enter(int[] a) { using var s = new S { A = a }; } }
            """),
        new("foreach over an enumerator of our own", ["NCS0301 call to Numbers.GetEnumerator", "NCS0301 call to Numbers.MoveNext", "NCS0301 call to Numbers.get_Current"], """
            #if !BROKEN
                [NoInstrument]
            #endif
            class Numbers { int _i; public Numbers GetEnumerator() { _i = 0; return this; } public bool MoveNext() { return _i++ < 3; } public int Current { get { return _i; } } }
            static class P { [NoInstrument] static int Enter(Numbers n) { int sum = 0; foreach (int i in n) { sum += i; } return sum; } }
            """),
        new("deconstruction", ["NCS0301 call to Pair.Deconstruct"], """
            class Pair { public int A, B;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Deconstruct(out int a, out int b) { a = A; b = B; } }
            static class P { [NoInstrument] static int Enter(Pair p) { var (a, b) = p; return a + b; } }
            """),
        new("a collection initialiser", ["NCS0301 call to Bag.Add"], """
            class Bag : IEnumerable { int _n;
            #if !BROKEN
                [NoInstrument]
            #endif
                public void Add(int x) { _n += x; }
                [NoInstrument] public IEnumerator GetEnumerator() => null; }
            static class P { [NoInstrument] static Bag Enter() => new Bag { 1 }; }
            """),
        new("a switch case in an optimised build", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter(int k) {
                switch (k) { case 0: Log.Quiet(); break; case 1: break; case 2: Log.Quiet(); break; case 3:
            #if BROKEN
                    Log.Hit();
            #endif
                    break; } } }
            """) { Optimize = true },
        new("rewritten code calls a hook", ["NCS0311 protected code is instrumented: it calls Ncsan.Runtime.Hooks.Read4"], """
            static class P { static byte s_x; static void Rewritten() { Ncsan.Runtime.Hooks.Read1(ref s_x, 1); }
            [NoInstrument] static void Enter() { s_x++;
            #if BROKEN
                Ncsan.Runtime.Hooks.Read4(ref s_x, 1);
            #endif
            } }
            """),
        new("rewritten code is instrumented where it calls a hook and nowhere else", ["NCS0301 call to P.WithHook"], """
            static class P { static byte s_x;
            static void WithHook() { Ncsan.Runtime.Hooks.Read1(ref s_x, 1); s_x++; }
            static void Without() { }
            [NoInstrument] static void Enter() {
                Without();
            #if BROKEN
                WithHook();
            #endif
            } }
            """),
        new("rewritten code without a hook that leads to code with one", ["NCS0301 call to P.Between"], """
            static class P { static byte s_x;
            static void WithHook() { Ncsan.Runtime.Hooks.Read1(ref s_x, 1); s_x++; }
            static void Between() {
            #if BROKEN
                WithHook();
            #endif
            }
            static void Main2() { WithHook(); }
            [NoInstrument] static void Enter() { Between(); } }
            """),
        new("debug assertion", ["NCS0309 a debug assertion in protected code calls System.Diagnostics.Debug.Assert"], """
            static class P { static int s_x; [NoInstrument] static void Enter() {
            #if BROKEN
                Debug.Assert(s_x == 0);
            #endif
                s_x++; } }
            """),
        new("a conditional method of our own", ["NCS0309 a debug assertion in protected code calls P.Check"], """
            static class P { static int s_x;
            #if !BROKEN
                [NoInstrument]
            #endif
                [Conditional("DEBUG")] static void Check() { if (s_x != 0) { throw new Exception(); } }
                [NoInstrument] static void Enter() { s_x++;
            #if BROKEN
                Check();
            #endif
            } }
            """),
        new("the debug null test of a slot reads through instrumented code", ["NCS0301 call to Ops.get_SaveFl"], """
            class Ops { Func<ulong> _saveFl; [NoInstrument] public Ops() { _saveFl = Native; }
            #if !BROKEN
                [NoInstrument]
            #endif
                public Func<ulong> SaveFl { get { return _saveFl; } }
                [NoInstrument] static ulong Native() => 0; }
            static class P { [NoInstrument] static P() { } static Ops s_ops = new Ops(); [NoInstrument] static ulong Enter(Ops ops) { return ops.SaveFl == null ? throw new Exception() : 1UL; } }
            """),
    ];
}
