namespace Ncsan.Contracts.Tests.Il;

/// <summary>Code that runs although no call names it.</summary>
internal static class IlImplicitCases
{
    internal static IEnumerable<IlCase> All =>
    [
        new("a type initialiser behind a static field", ["NCS0307 Config..cctor"], """
            static class Config { public static int Level = Log.Value();
            #if !BROKEN
                [NoInstrument] static Config() { Level = 1; }
            #endif
            }
            static class P { [NoInstrument] static int Enter() => Config.Level; }
            """.Replace("= Log.Value();", "= Log.QuietValue();", StringComparison.Ordinal)),
        new("the initialiser of the method's own type", ["NCS0307 P..cctor"], """
            static class P { static int s_level;
            #if !BROKEN
                [NoInstrument]
            #endif
                static P() { s_level = Log.Count; }
                [NoInstrument] static int Enter() => 3; }
            """),
        new("a static field without an initialiser", ["NCS0307 P..cctor"], """
            class P {
            #if BROKEN
                static List<int> s_list = new List<int>();
            #else
                static List<int> s_list;
            #endif
                [NoInstrument] static List<int> Enter() => s_list; }
            """),
        new("a finalizer", ["NCS0307 C.Finalize"], """
            class C { public int X;
            #if !BROKEN
                [NoInstrument]
            #endif
                ~C() { X++; } }
            static class P { [NoInstrument] static object Enter() => new C(); }
            """),
        new("the body of an async method", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static async Task Enter() {
            #if BROKEN
                Log.Hit();
            #endif
                await Task.Yield(); } }
            """),
        new("an async method that is not protected", ["NCS0301 call to P.Work"], """
            static class P {
            #if !BROKEN
                [NoInstrument]
            #endif
                static async Task Work() { Log.Count++; await Task.Yield(); }
                [NoInstrument] static Task Enter() => Work(); }
            """),
        new("the body of an iterator", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static IEnumerable<int> Enter() {
                yield return 1;
            #if BROKEN
                Log.Hit();
            #endif
                yield return 2; } }
            """),
        new("an iterator that is not protected is enumerated", ["NCS0302 MoveNext() can reach P.<Numbers>", "NCS0302 get_Current() can reach P.<Numbers>", "NCS0302 GetEnumerator() can reach P.<Numbers>", "NCS0302 Dispose() can reach P.<Numbers>", "NCS0301 call to P.Numbers"], """
            static class P {
            #if !BROKEN
                [NoInstrument]
            #endif
                static IEnumerable<int> Numbers() { Log.Count++; yield return 1; }
                [NoInstrument] static int Enter() { int sum = 0; foreach (int i in Numbers()) { sum += i; } return sum; } }
            """),
        new("new T()", ["NCS0307 C..ctor() (new T())"], """
            class C { public int X;
            #if !BROKEN
                [NoInstrument]
            #endif
                public C() { X = Log.Count; } }
            static class P { [NoInstrument] static T Enter<T>() where T : new() => new T();
                static void Caller() { Enter<C>(); } }
            """),
        new("string concatenation calls ToString", ["NCS0302 System.Object.ToString() can reach C.ToString()"], """
            class C { int _x;
            #if !BROKEN
                [NoInstrument]
            #endif
                public override string ToString() { return _x == 0 ? "a" : "b"; } }
            static class P { [NoInstrument] static P() { } static C s_c = new C(); [NoInstrument] static string Enter() => "x" + s_c; }
            """),
        new("a boxed struct's ToString inside the framework", ["NCS0301 call to System.String.Format"], """
            struct S { public int[] A;
            #if !BROKEN
                [NoInstrument]
            #endif
                public override string ToString() { return A[0] == 0 ? "a" : "b"; } }
            static class P { static S s_s; [NoInstrument] static string Enter() => string.Format("{0}", s_s); }
            """),
        new("a lock calls nothing of ours", ["NCS0301 call to Log.Hit"], """
            static class P { static readonly object s_gate = new object(); static int s_n;
            #if !BROKEN
                [NoInstrument] static P() { s_gate = new object(); }
            #else
                [NoInstrument] static P() { s_gate = new object(); }
            #endif
                [NoInstrument] static void Enter() { lock (s_gate) { s_n++;
            #if BROKEN
                    Log.Hit();
            #endif
                } } }
            """),
        new("the equality of a record", ["NCS0301 call to R.Equals"], """
            #if !BROKEN
                [NoInstrument]
            #endif
            sealed record R(int[] A) { public bool Equals(R o) { return A[0] == o.A[0]; } public override int GetHashCode() => 0; }
            static class P { [NoInstrument] static bool Enter(R a, R b) => a.Equals(b); }
            """),
    ];
}
