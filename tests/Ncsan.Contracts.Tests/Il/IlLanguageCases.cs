namespace Ncsan.Contracts.Tests.Il;

/// <summary>What the language turns into calls: each construct once, with a member that is not protected behind it.</summary>
internal static class IlLanguageCases
{
    /// <summary>One construct: <paramref name="types"/> has HIT where the broken program calls Log.Hit() and the clean one Log.Quiet(), and MARK where only the clean one is marked.</summary>
    private static IlCase Construct(string name, string expected, string types, string body) => new(name, [expected], $$"""
        #if BROKEN
        {{Code(types, body, "", "Log.Hit()")}}
        #else
        {{Code(types, body, "[NoInstrument]", "Log.Quiet()")}}
        #endif
        """);

    private static string Code(string types, string body, string mark, string hit)
        => $"{types}\nstatic class P {{ [NoInstrument] static void Enter() {{ {body} }} }}\n".Replace("MARK", mark, StringComparison.Ordinal).Replace("HIT", hit, StringComparison.Ordinal)
            .Replace("NAME", hit[..^2], StringComparison.Ordinal)
            .Replace("CHOICE", mark.Length == 0 ? "var a = stackalloc delegate*<void>[1]; a[0] = &Log.Quiet; delegate*<void> f = a[0]; f();" : "delegate*<void> f = &Log.Quiet; f();", StringComparison.Ordinal);

    internal static IEnumerable<IlCase> All =>
    [
        Construct("a property pattern reads the property", "NCS0301 call to C.get_X", "class C { public int Y; MARK public int X { get { return Y; } } }", "C c = null; if (c is { X: 3 }) { Log.Quiet(); }"),
        Construct("a list pattern reads the count and the indexer", "NCS0301 call to L.get_Count", "class L { int _n; MARK public int Count { get { return _n; } } [NoInstrument] public int this[int i] => _n; }", "L l = null; if (l is [1, 2]) { Log.Quiet(); }"),
        Construct("with copies through the clone method", "NCS0301 call to R..ctor(R)", "record R { public int X; [NoInstrument] public R() { } MARK protected R(R other) { X = other.X; } [NoInstrument] public virtual R Copy() => new R(this); }", "R r = new R(); r.Copy();"),
        Construct("a user's true and false operators", "NCS0301 call to T.op_True", "class T { public int X; MARK public static bool operator true(T t) => t.X > 0; [NoInstrument] public static bool operator false(T t) => t.X <= 0; }", "T t = null; if (t) { Log.Quiet(); }"),
        Construct("short-circuit operators call two", "NCS0301 call to T.op_BitwiseAnd", "class T { public int X; [NoInstrument] public static bool operator true(T t) => t.X > 0; [NoInstrument] public static bool operator false(T t) => t.X <= 0; MARK public static T operator &(T a, T b) { a.X = 1; return b; } }", "T a = null, b = null; if (a && b) { Log.Quiet(); }"),
        Construct("a compound assignment calls the setter too", "NCS0301 call to C.set_X", "class C { int _x; public int X { [NoInstrument] get => _x; MARK set => _x = value; } }", "C c = null; c.X += 2;"),
        Construct("an interpolated string handler of our own", "NCS0301 call to H.AppendFormatted", "[System.Runtime.CompilerServices.InterpolatedStringHandler] class H { int _x; [NoInstrument] public H(int a, int b) { } [NoInstrument] public void AppendLiteral(string s) { } MARK public void AppendFormatted(int x) { _x = x; } } static class W { [NoInstrument] public static void Write(H h) { } }", "W.Write($\"x{3}\");"),
        Construct("a static abstract member through its type argument", "NCS0302 I.M() on T can reach C.M()", "interface I { static abstract void M(); } class C : I { static int s_x; MARK public static void M() { s_x++; } } static class G { [NoInstrument] public static void Go<T>() where T : I { T.M(); } }", "G.Go<C>();"),
        Construct("a generic parameter's interface on a struct", "NCS0302 I.M() on T can reach S.M()", "interface I { void M(); } struct S : I { int _x; MARK public void M() { _x++; } } static class G { [NoInstrument] public static void Go<T>(T t) where T : I { t.M(); } }", "G.Go(new S());"),
        Construct("a generic parameter's override on a class", "NCS0302 Object.GetHashCode() on T can reach K.GetHashCode()", "sealed class K { int _x; [NoInstrument] public K() { } MARK public override int GetHashCode() => _x++; } static class G { [NoInstrument] public static int Go<T>(T t) => t.GetHashCode(); }", "G.Go(new K());"),
        Construct("a delegate in a dictionary", "NCS0302 can reach Log.Hit()", "", "var d = new Dictionary<string, Action>(); d[\"a\"] = NAME; d[\"a\"]();"),
        Construct("a function pointer in native memory is known of nothing", "NCS0303 nothing is seen to be stored there", "", "unsafe { CHOICE }"),
        Construct("await using disposes", "NCS0301 call to A.DisposeAsync()", "class A : IAsyncDisposable { int _x; [NoInstrument] public A() { } MARK public ValueTask DisposeAsync() { _x++; return default; } } static class Q { [NoInstrument] public static async Task Go() { await using var a = new A(); } }", "Q.Go();"),
        Construct("await foreach moves", "NCS0301 call to E.MoveNextAsync()", "class E { int _x; MARK public ValueTask<bool> MoveNextAsync() { _x++; return default; } [NoInstrument] public int Current => 1; } class A { [NoInstrument] public E GetAsyncEnumerator() => new E(); } static class Q { [NoInstrument] public static async Task Go(A a) { await foreach (int x in a) { } } }", "Q.Go(new A());"),
        Construct("an awaiter of our own", "NCS0301 call to W.GetResult()", "class W : INotifyCompletion { int _x; [NoInstrument] public bool IsCompleted => true; MARK public void GetResult() { _x++; } [NoInstrument] public void OnCompleted(Action a) { } } class A { [NoInstrument] public W GetAwaiter() => new W(); } static class Q { [NoInstrument] public static async Task Go(A a) { await a; } }", "Q.Go(new A());"),
        Construct("a lambda in a lambda of an async method", "NCS0301 call to Log.Hit()", "static class Q { [NoInstrument] public static async Task Go() { await Task.Yield(); Action a = () => { Action b = () => HIT; b(); }; a(); } }", "Q.Go();"),
        Construct("the finally block of an iterator", "NCS0301 call to Log.Hit()", "static class Q { [NoInstrument] public static IEnumerable<int> Go() { try { yield return 1; } finally { HIT; } } }", "foreach (int x in Q.Go()) { }"),
        Construct("a local function in an iterator", "NCS0301 call to Log.Hit()", "static class Q { [NoInstrument] public static IEnumerable<int> Go() { yield return L(); int L() { HIT; return 1; } } }", "Q.Go();"),
        Construct("a nested type of a protected generic type", "NCS0301 call to Log.Hit()", "[NoInstrument] class B<T> { public class N { public void M() { HIT; } } }", "new B<int>.N().M();"),
        Construct("Lazy calls its factory", "NCS0301 call to System.Lazy.get_Value()", "static class Q { [NoInstrument] static Q() { } static Lazy<int> s_lazy = new(Make); MARK static int Make() { HIT; return 1; } [NoInstrument] public static int Go() => s_lazy.Value; }", "Q.Go();"),
        Construct("a sort calls its comparison", "NCS0301 call to System.Array.Sort<T>(T[], IComparer<T>)", "class Cmp : IComparer<int> { int _x; [NoInstrument] public Cmp() { } MARK public int Compare(int a, int b) { _x++; return a - b; } }", "Array.Sort(new int[3], new Cmp());"),
        Construct("a thread-safe region in a using of our own", "NCS0301 call to G.Dispose()", "ref struct G { int _x; [NoInstrument] public G() { } MARK public void Dispose() { _x++; } }", "using var g = new G();"),
        Construct("a field initialiser of a base class", "NCS0301 call to B..ctor()", "class B { static int s_n; public int X = s_n++; MARK public B() { } } class D : B { [NoInstrument] public D() { } }", "new D();"),
        Construct("a module-wide constant needs no initialiser but a readonly one does", "NCS0307 implicit call to K..cctor()", "static class K { public const int C = 1; public static readonly int R; MARK static K() { R = Log.QuietValue(); HIT; } }", "int x = K.C + K.R;"),
        Construct("an event raised through a custom accessor", "NCS0301 call to V.add_E", "class V { Action _e; public event Action E { MARK add { _e += value; } [NoInstrument] remove { } } }", "V v = null; v.E += Log.Quiet;"),
        Construct("a params array and an index from the end", "NCS0301 call to L.get_Length", "class L { int _n; MARK public int Length { get { return _n; } } [NoInstrument] public int this[int i] => _n; }", "L l = null; int x = l[^1];"),
    ];
}
