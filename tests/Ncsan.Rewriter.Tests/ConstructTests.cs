using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Tests;

/// <summary>Each construct runs with the same result in either copy and while State toggles, and is seen where it should be.</summary>
public class ConstructTests
{
    private static List<string> Calls(string source, object? expected = null, bool optimize = true)
    {
        using var subject = new Subject(source, optimize);
        Assert.Empty(subject.Result.CleanMethods);
        expected ??= subject.RunOriginal();
        Assert.Equal(expected, subject.RunOriginal());
        Assert.Equal(expected, subject.RunClean());
        Assert.Equal(0, subject.Accesses);
        for (int i = 0; i < 20; i++) { Assert.Equal(expected, subject.RunToggling()); }
        var (value, calls) = subject.RunChecked();
        Assert.Equal(expected, value);
        return calls;
    }

    [Fact]
    public void Array_elements_of_every_kind()
    {
        var calls = Calls("""
            struct P { public int X; public string S; }
            static class Program { static object Run() {
                var b = new bool[2]; b[1] = true; var l = new long[2]; l[0] = 5; var s = new string[1]; s[0] = "a"; object[] o = s; var e = new DayOfWeek[1]; e[0] = DayOfWeek.Friday;
                var p = new P[1]; p[0] = new P { X = 1 }; p[0].X += 2; var f = new float[1]; f[0] = 2; nint[] n = { 3 };
                string t; try { o[0] = 1; t = "stored"; } catch (ArrayTypeMismatchException) { t = "mismatch"; }
                return b[1] + "|" + l[0] + s[0] + o[0] + e[0] + p[0].X + f[0] + n[0] + t; } }
            """, "True|5aaFriday323mismatch");
        foreach (string call in (string[])["Write1 bool[]", "Write8 long[]", "WriteRef string[]", "WriteRef object[]", "WriteValue P[]", "Read4 P.X (int)", "Write4 P.X (int)", "Write4 float[]", "Write8 nint[]", "ReadRef object[]"]) { Assert.Contains(call, calls); }
    }

    [Fact]
    public void A_property_called_Item_is_no_indexer_and_an_accessor_of_what_is_private_has_no_body()
    {
        var calls = Calls("""
            using System.Runtime.CompilerServices;
            class C { int _n = 3; public int Item { get => _n; set => _n = value; } }
            static class Program { static object Run() { var c = new C(); c.Item += 1; N(c)++; return c.Item + ""; }
                [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_n")] static extern ref int N(C c); }
            """, "5");
        foreach (string call in (string[])["Read4 C._n (int)", "Write4 C._n (int)"]) { Assert.Contains(call, calls); }
    }

    [Fact]
    public void Ranks_above_one_through_Address()
    {
        var calls = Calls("static class Program { static object Run() { var a = new double[2, 3]; a[1, 2] = 4; a[1, 2] += 1; var s = new string[1, 1, 1]; s[0, 0, 0] = \"x\"; return a[1, 2] + s[0, 0, 0]; } }", "5x");
        Assert.Equal(2, calls.Count(c => c == "Read8 double[,]"));
        Assert.Equal(2, calls.Count(c => c == "Write8 double[,]"));
        Assert.Contains("WriteRef string[,,]", calls);
    }

    [Fact]
    public void Reads_through_an_address_that_never_load_a_field_by_name()
    {
        var calls = Calls("""
            struct Inner { public int A; } struct Outer { public Inner In; }
            class C { bool? _cached; int _n = 3; Outer _outer; DateTime _when = new DateTime(2020, 1, 1);
                public string M() { ref int r = ref _n; r++; _outer.In.A = 7; _cached ??= true; return _cached.HasValue + _n.ToString() + _outer.In.A + _when.Year + Take(in _n); }
                static int Take(in int x) => x; }
            static class Program { static object Run() => new C().M(); }
            """, "True47" + "2020" + "4");
        foreach (string call in (string[])["ReadValue C._cached (bool?)", "Write4 C._n (int)", "Write4 Inner.A (int)", "Read4 C._n (int)", "ReadValue C._when (DateTime)"]) { Assert.Contains(call, calls); }
    }

    [Fact]
    public void Receivers_returned_by_readonly_reference_carry_a_modifier()
    {
        // Jint 4.16.0 was left alone for it.
        var calls = Calls("""
            class C { DateTime _when = new DateTime(2020, 1, 1); public ref readonly DateTime When => ref _when; }
            static class Program { static object Run() { var c = new C(); return c.When.Year + c.When.AddDays(1).Day; } }
            """, 2022);
        Assert.Equal(2, calls.Count(c => c.StartsWith("ReadValue", StringComparison.Ordinal)));
    }

    [Fact]
    public void Blocks_and_ranges()
    {
        var calls = Calls("""
            static unsafe class Program { static object Run() {
                int[] a = { 1, 2, 3, 4 }, b = new int[4]; Array.Copy(a, b, 4); Array.Copy(a, 0, b, 1, 2); Array.Clear(b, 3, 1); Buffer.BlockCopy(a, 0, b, 0, 4); a.AsSpan(1).CopyTo(b); b.AsSpan(2).Fill(9); Array.Fill(a, 5);
                fixed (int* p = a, q = b) { Unsafe.CopyBlock(q, p, 4); Buffer.MemoryCopy(p, q + 1, 4, 4); }
                return string.Join(",", b); } }
            """, "5,5,9,9");
        foreach (string call in (string[])["ReadElements int[]", "WriteElements int[]", "ReadArrayBytes array", "WriteArrayBytes array", "ReadSpan Span<int>", "WriteSpanStart Span<int>", "WriteSpan Span<int>", "ReadRange bytes", "WriteRange bytes"]) { Assert.Contains(call, calls); }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Arrays_and_memory_that_the_framework_is_given(bool optimize)
    {
        var calls = Calls("""
            using System.Collections.Specialized; using System.Numerics; using System.Runtime.Intrinsics; using System.Text;
            enum Mode { Off, On }
            class C { public int[] D = { 1, 2, 3, 4, 5, 6, 7, 8 }; public BitVector32 Bits; public Vector4 V = new(1, 2, 3, 4); public Mode Mode = Mode.On; public HashCode Hash; public (int, int) Pair = (1, 2); }
            static unsafe class Program { static object Run() {
                var c = new C(); var text = new StringBuilder();
                int[] part = c.D[2..^2]; text.Append(part.Length); Array.Resize(ref c.D, 16); text.Append(c.D.Length); Array.Sort(part, (x, y) => y - x); text.Append(part[0]); part.SetValue(9, 0); text.Append(part.GetValue(0));
                nint n = Marshal.AllocHGlobal(64); Marshal.WriteInt32(n, 4, 7); Marshal.WriteInt64(n + 8, 8); text.Append(Marshal.ReadInt32(n, 4)).Append(Marshal.ReadInt64(n + 8));
                Marshal.Copy(c.D, 0, n, 4); Marshal.Copy(n, c.D, 4, 4); NativeMemory.Clear((void*)n, 8); text.Append(c.D[4]); Marshal.FreeHGlobal(n);
                var bytes = new byte[16]; text.Append(Encoding.UTF8.GetBytes("hello", 0, 5, bytes, 2)); text.Append(Encoding.UTF8.GetString(bytes, 2, 5)); text.Append(Encoding.UTF8.GetBytes("abc".AsSpan(), bytes.AsSpan()));
                char[] chars = { 'a', 'b', 'c' }; text.Append(new string(chars, 1, 2)).Append(chars); new Random(4).NextBytes(bytes); text.Append(BitConverter.ToString(bytes).Length);
                var segment = new ArraySegment<int>(c.D, 2, 4); segment[1] = 50; text.Append(segment[1]); IList<int> list = c.D; list[2] = 60; text.Append(list[2]); System.Collections.IList old = chars; text.Append(old[0]);
                Vector128.CopyTo(Vector128.Create(7), c.D.AsSpan(4)); text.Append(Vector128.Create(c.D, 4)[0]); var floats = new float[4]; c.V.CopyTo(floats); text.Append(floats[1]).Append((int)c.V.Length());
                c.Bits[1] = true; text.Append(c.Bits[1]); text.Append(c.Mode.ToString()); c.Hash.Add(1); text.Append(c.Pair.Equals((1, 2)));
                using var stream = new System.IO.MemoryStream(); stream.Write(bytes, 0, 4); stream.Position = 0; text.Append(stream.Read(bytes, 1, 9));
                try { Marshal.Copy(c.D, 0, n, -1); } catch (ArgumentOutOfRangeException) { text.Append("refused"); } try { _ = c.D[9..99]; } catch (ArgumentOutOfRangeException) { text.Append("refused"); }
                return text.ToString(); } }
            """, optimize: optimize);
        foreach (string call in (string[])[
            "ReadSubArray int[]", "ResizeArray C.D (int[])", "WriteElements int[]", "ReadElements int[]", "Write4 ref int", "Write8 ref long", "Read4 ref int", "Read8 ref long", "WriteRange ref int", "ReadRange ref int", "WriteRange bytes",
            "WriteElements byte[]", "ReadElements byte[]", "WriteSpanStart Span<byte>", "ReadSpan ReadOnlySpan<char>", "ReadElements char[]", "ReadArray array", "WriteSpanStart Span<int>", "WriteElements float[]",
            "ReadValue C.V (Vector4)", "WriteValue C.Bits (BitVector32)", "ReadValue C.Bits (BitVector32)", "Read4 C.Mode (Mode)", "WriteValue C.Hash (HashCode)", "ReadValue C.Pair (ValueTuple<int, int>)"])
        {
            Assert.True(calls.Contains(call), $"no {call} among {string.Join(", ", calls.Distinct().Order())}");
        }
    }

    [Fact]
    public void Structs_of_the_framework_that_are_synchronization_are_left_alone()
    {
        var calls = Calls("""
            class C { SpinLock _spin = new(false); SpinWait _wait; System.Drawing.Point _at; public int M() { bool taken = false; _spin.Enter(ref taken); _wait.SpinOnce(); _spin.Exit(); _at.X = 3; return _at.X; } }
            static class Program { static object Run() => new C().M(); }
            """, 3);
        Assert.DoesNotContain(calls, static c => (c.StartsWith("Read", StringComparison.Ordinal) || c.StartsWith("Write", StringComparison.Ordinal)) && c.Contains("Spin", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, static c => c.StartsWith("Write", StringComparison.Ordinal) && c.Contains("_at", StringComparison.Ordinal));
    }

    [Fact]
    public void Marked_accesses_are_marked_and_never_plain()
    {
        var calls = Calls("""
            class C { volatile int _v; int _i; long _l; string _s; public object M() { _v = 1; Volatile.Write(ref _i, _v); Interlocked.Increment(ref _i); Interlocked.CompareExchange(ref _s, "x", null); Thread.MemoryBarrier(); return Volatile.Read(ref _i) + Interlocked.Read(ref _l) + Volatile.Read(ref _s); } }
            static class Program { static object Run() => new C().M(); }
            """, "2x");
        Assert.DoesNotContain(calls, c => c.StartsWith("Read4", StringComparison.Ordinal) || c.StartsWith("Write4", StringComparison.Ordinal));
        foreach (string call in (string[])["WriteMarked C._v (int)", "ReadMarked C._v (int)", "WriteMarked C._i (int)", "ReadWriteMarked C._i (int)", "ReadWriteMarked C._s (string)", "ReadMarked C._l (long)", "Barrier"]) { Assert.Contains(call, calls); }
    }

    [Fact]
    public void What_cannot_race_is_left_alone_and_counted()
    {
        using var subject = new Subject("""
            struct S { public int X; }
            class C { readonly int _r = 1; const int K = 2; [ThreadStatic] static int t_n; int _plain; public C() { _plain = 3; } public int M() { S s; s.X = 4; s.X++; t_n++; ReadOnlySpan<byte> d = new byte[] { 1, 2, 3 }; return _r + K + s.X + t_n + d.Length; } }
            static class Program { static object Run() => new C().M(); }
            """);
        Assert.DoesNotContain(subject.RunChecked().Calls, c => c.StartsWith("Read", StringComparison.Ordinal) || c.StartsWith("Write", StringComparison.Ordinal));
        foreach (var reason in (SkipReason[])[SkipReason.InitOnly, SkipReason.ThreadStatic, SkipReason.StackLocal, SkipReason.Constructing]) { Assert.True(subject.Result.Skipped.GetValueOrDefault(reason) > 0, reason.ToString()); }
    }

    [Fact]
    public void An_object_that_escapes_its_constructor_is_seen_from_then_on()
    {
        var calls = Calls("class C { static C s_last; int _a, _b; public C() { _a = 1; s_last = this; _b = 2; } public int Sum() => _a + _b; } static class Program { static object Run() => new C().Sum(); }", 3);
        Assert.Contains("Write4 C._b (int)", calls);
        Assert.DoesNotContain("Write4 C._a (int)", calls);
    }

    [Fact]
    public void NoInstrument_covers_lambdas_and_async_bodies_too()
    {
        var calls = Calls("""
            class C { int _n; [NoInstrument] public int Sync() { Func<int> f = () => _n++; return f() + _n; } [NoInstrument] public async Task<int> Async() { await Task.Yield(); return ++_n; } }
            static class Program { static object Run() { var c = new C(); return c.Sync() + c.Async().Result; } }
            """, 3);
        Assert.DoesNotContain(calls, c => c.Contains("_n", StringComparison.Ordinal));
    }

    [Fact]
    public void Lambdas_locals_iterators_and_async_are_shown_as_written()
    {
        using var subject = new Subject("""
            class C { int _n;
                public int Run() { int captured = 1; Action a = () => { captured++; _n++; }; a(); Local(); return captured + _n + Numbers().Sum() + Later().Result; void Local() { _n += 2; } }
                IEnumerable<int> Numbers() { for (int i = 0; i < 3; i++) { yield return _n + i; } }
                async Task<int> Later() { int kept = _n; await Task.Yield(); return kept + _n; } }
            static class Program { static object Run() => new C().Run(); }
            """);
        Assert.Equal(2 + 3 + 12 + 6, subject.RunChecked().Value);
        foreach (string member in (string[])["captured local captured (int)", "captured local i (int)", "captured local kept (int)", "C._n (int)"]) { Assert.Contains(subject.Sites, s => s.Member == member); }
        foreach (string method in (string[])["C.Run() lambda", "C.Run().Local()", "C.Numbers()", "C.Later()"]) { Assert.Contains(subject.Sites, s => s.Method == method); }
    }

    [Fact]
    public void Exception_regions_filters_and_finally_survive()
    {
        Calls("""
            class C { int _n; int[] _a = new int[3];
                int Try(int i) { try { _n++; for (int j = 0; j < 5; j++) { _a[j % 3] += j; if (j == i) { throw new InvalidOperationException("" + _n); } } return _a[0]; } catch (InvalidOperationException e) when (Check(e)) { _n += 10; return _n; } catch (Exception) { _n += 100; return -_n; } finally { _n += 1000; } }
                bool Check(Exception e) => e.Message.Length > 0 && _n % 2 == 0;
                public string Go() { int last = 0; for (int k = 0; k < 4; k++) { int i = 0; try { for (i = 0; i < 10; i++) { _a[i] = i; last = i; } } catch (IndexOutOfRangeException) { _n += i * 7 + last; } _n += Try(k); } return _n + ":" + string.Join(",", _a); } }
            static class Program { static object Run() => new C().Go(); }
            """, Expected());
        static string Expected()
        {
            int n = 0;
            int[] a = new int[3];
            int Try(int i) { try { n++; for (int j = 0; j < 5; j++) { a[j % 3] += j; if (j == i) { throw new InvalidOperationException("" + n); } } return a[0]; } catch (InvalidOperationException e) when (e.Message.Length > 0 && n % 2 == 0) { n += 10; return n; } catch (Exception) { n += 100; return -n; } finally { n += 1000; } }
            int last = 0;
            for (int k = 0; k < 4; k++) { int i = 0; try { for (i = 0; i < 10; i++) { a[i] = i; last = i; } } catch (IndexOutOfRangeException) { n += i * 7 + last; } n += Try(k); }
            return n + ":" + string.Join(",", a);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Odd_corners_of_the_language_survive(bool optimize) => Calls("""
        interface IAdd<T> where T : IAdd<T> { static abstract T Add(T a, T b); static abstract int Count { get; set; } }
        struct Num : IAdd<Num> { public int V; static int s_count; public static Num Add(Num a, Num b) => new Num { V = a.V + b.V }; public static int Count { get => s_count; set => s_count = value; } }
        record Point(int X, int Y) { public int Z { get; set; } } record struct Size(int W, int H);
        ref struct Reader { Span<int> _s; int _at; public Reader(Span<int> s) { _s = s; _at = 0; } public ref int Next() => ref _s[_at++]; }
        [StructLayout(LayoutKind.Explicit)] class Union { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; }
        class Box<T> { T _v; public ref T Ref => ref _v; public T Get() => _v; public void Set(in T v) => _v = v; public static int S; }
        unsafe static class Program {
            static int s_x; static ref int X() => ref s_x; static T Twice<T>(T t) where T : IAdd<T> { T.Count++; return T.Add(t, t); }
            static int Fact(int n, int acc) => n == 0 ? acc : Fact(n - 1, acc * n + s_x * 0);
            static async Task<int> Async(int n) { int sum = 0; await foreach (var x in Stream(n)) { sum += x; await Task.Yield(); s_x++; } return sum; }
            static async IAsyncEnumerable<int> Stream(int n) { for (int i = 0; i < n; i++) { try { await Task.Yield(); s_x++; yield return i; } finally { s_x += 2; } } }
            static int Add(int a, int b) => a + b + s_x * 0;
            static object Run() {
                s_x = 0; Num.Count = 0; var text = new System.Text.StringBuilder();
                text.Append(Twice(new Num { V = 4 }).V).Append(Num.Count); var p = new Point(1, 2) with { Z = 5 }; p.Z++; text.Append(p); var (w, h) = new Size(3, 4); text.Append(w + h);
                var r = new Reader(stackalloc int[4]); r.Next() = 7; r.Next() += 8; text.Append(s_x); X()++; X() += 4; text.Append(s_x);
                var u = new Union { F = 1.5f }; text.Append(u.I); var b = new Box<string>(); b.Ref = "q"; b.Set("w"); text.Append(b.Get()); Box<int>.S++; Box<string>.S += 2; text.Append(Box<int>.S * 10 + Box<string>.S); Box<int>.S = 0; Box<string>.S = 0;
                text.Append(Fact(6, 1)); delegate*<int, int, int> f = &Add; text.Append(f(2, 3)); text.Append(Async(4).Result).Append(s_x);
                int[] a = { 5, 3, 9 }; foreach (ref int e in a.AsSpan()) { e *= 2; } text.Append(string.Join("", a)); text.Append(a is [10, .. var rest] ? rest[^1] : 0);
                lock (a) { a[0]++; text.Append(a[0]); } using (var scope = new System.IO.MemoryStream()) { scope.WriteByte(1); text.Append(scope.Length); }
                string s = null; text.Append(s?.Length ?? -1); switch (a[1]) { case 6: text.Append("six"); goto default; case 7: break; default: text.Append("default"); break; }
                Span<long> big = stackalloc long[3]; big[1] = 4; big.Clear(); decimal d = 1.5m; d++; Guid g = default; (int, string) t = (1, "t"); t.Item1++; text.Append(d).Append(g.ToString()[0]).Append(t); nint n = 5; text.Append(n);
                return text.ToString(); } }
        """, optimize: optimize);

    [Fact]
    public void Stack_traces_name_the_original_lines()
    {
        const string Source = """
            class C { int _n; int[] _a = new int[2];
                public string M(C other)
                {
                    try
                    {
                        _n++;
                        for (int i = 0; i < 9; i++)
                        {
                            _a[i] =
                                i;
                        }
                    }
                    catch (IndexOutOfRangeException e) { return Line(e) + "," + N(other); }
                    return "";
                }
                string N(C other) { try { _n++;
                        return "" + other._n; } catch (NullReferenceException e) { return Line(e); } }
                static string Line(Exception e) => "" + new System.Diagnostics.StackTrace(e, true).GetFrames().First(f => f.GetFileLineNumber() > 0).GetFileLineNumber(); }
            static class Program { static object Run() => new C().M(null); }
            """;
        foreach (bool embedded in (bool[])[false, true])
        {
            // Without optimization, which moves the instructions of neighbouring lines about, in the original as well.
            using var subject = new Subject(Source, optimize: false, embedded);
            Assert.Equal("10,18", subject.RunOriginal());
            Assert.Equal("10,18", subject.RunClean());
            Assert.Equal("10,18", subject.RunChecked().Value);
            Assert.Contains(subject.Sites, s => s is { Kind: SiteKind.Write, Member: "int[]", Line: 10, File: "Subject.cs" });
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Writes_behind_a_test_of_the_same_field_are_told_from_others(bool optimize)
    {
        const string Source = """
            class Node { public Node Next; }
            class C
            {
                object _a; static string s_b; int _hash; bool? _known; Node _head; object _c; (int, int) _pair; C _inner; int _value, _max; long _ticks; DateTime _when; string _name;
                public object A() => _a ??= new object();
                public string B() { if (s_b == null) { s_b = "b"; } return s_b; }
                public int Hash() { int h = _hash; if (h == 0) { h = 17; _hash = h; } return h; }
                public bool Known() { if (!_known.HasValue) { _known = true; } return _known.Value; }
                public object Inner() { if (_inner._c is null) { _inner._c = new object(); } return _inner._c; }
                public void Push() { _head = new Node { Next = _head }; }
                public void Plain(bool go) { if (go) { _c = new object(); } }
                public void Pair() { var p = _pair; _pair = (1, p.Item2); if (p.Item1 == 1) { _c = p; } }
                public void Other(C other) { if (other._c is null) { _c = other; } }
                public long Ticks() { if (_ticks != 0) { return _ticks; } return _ticks = 9; }
                public DateTime When() { if (_when == default) { _when = DateTime.UtcNow; } return _when; }
                public string Name() { if (string.IsNullOrEmpty(_name)) { _name = "n"; } return _name; }
                public async Task<object> Later() { var c = _c; await Task.Yield(); if (c == null) { _c = this; } return _c; }
                public void Set(int value) { if (_value == value) { return; } _value = value; }
                public void Max(int x) { if (x > _max) { _max = x; } if (_max < 0) { _max = 0; } if (_max == 7) { _max = 8; } }
                public void Switch() { switch (_value) { case 0: _value = 1; break; case 1: _value = 2; break; case 2: _value = 0; break; } }
                public void Is() { if (_name == "a") { _name = "b"; } if (_c is Node) { _c = new C(); } }
                public IEnumerable<int> Iterate() { yield return _hash; yield return _max; }
                public void Run() { _inner = this; A(); B(); Hash(); Known(); Inner(); Push(); Plain(true); Pair(); Other(this); Ticks(); When(); Name(); Later().Wait(); Set(3); Max(5); Switch(); Is(); Iterate().Sum(); }
            }
            static class Program { static object Run() { new C().Run(); return 0; } }
            """;
        using var subject = new Subject(Source, optimize);
        string[] tested = [.. subject.Sites.Where(s => s.Kind == SiteKind.Write && (s.Flags & SiteFlags.TestedFirst) != 0).Select(s => s.Method).Distinct()];
        Assert.Equal(["C.A()", "C.B()", "C.Hash()", "C.Known()", "C.Inner()", "C.Ticks()", "C.When()", "C.Name()", "C.Later()"], tested);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reads_that_a_loop_may_do_without_are_told_from_others(bool optimize)
    {
        const string Source = """
            class Node { public Node Next; public bool Flag; }
            class C
            {
                bool _stop; static int s_go; int _n; int[] _a = { 1 }; Node _node = new(); volatile bool _seen = true;
                public void Spin() { while (!_stop) { Thread.Yield(); } }
                public void Static() { for (int i = 0; s_go == 0 && i < 9; i++) { } }
                public void Element() { do { } while (_a[0] == 0); }
                public void Of(Node node) { while (!node.Flag) { Thread.Yield(); } }
                public Action Captured() { bool done = false; Action wait = () => { while (!done) { Thread.Yield(); } }; done = true; return wait; }
                public void Straight() { if (!_stop) { _n = s_go; } }
                public void Walk() { for (var n = _node; n != null; n = n.Next) { if (n.Flag) { return; } } }
                public void Sum() { for (int i = 0; i < 1; i++) { _n += _a[i]; } }
                public void Marked() { while (!_seen) { } while (!Volatile.Read(ref _seen)) { } }
                public async Task Await() { while (!_stop) { await Task.Yield(); } while (s_go == 0) { await Task.Yield(); } }
                public void Run() { _stop = true; s_go = 1; _node.Flag = true; Spin(); Static(); Element(); Of(_node); Captured()(); Straight(); Walk(); Sum(); Marked(); Await().Wait(); }
            }
            static class Program { static object Run() { new C().Run(); return 0; } }
            """;
        using var subject = new Subject(Source, optimize);
        Assert.Equal(0, subject.RunChecked().Value);
        Assert.Equal(
            ["C.Captured() lambda captured local done (bool)", "C.Element() C._a (int[])", "C.Element() int[]", "C.Of(Node) Node.Flag (bool)", "C.Spin() C._stop (bool)", "C.Static() C.s_go (int)", "C.Sum() C._a (int[])"],
            subject.Sites.Where(static s => (s.Flags & SiteFlags.InLoop) != 0).Select(static s => $"{s.Method} {s.Member}").Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_event_that_is_asked_and_then_read_again_is_told_from_one_that_is_read_once(bool optimize)
    {
        const string Source = """
            class C
            {
                event Action E, F = () => { }; event EventHandler<int> G; static event Action S; event Action Other;
                public void Twice() { if (E != null) { E(); } }
                public void Statically() { if (S == null) { return; } S.Invoke(); }
                public void Arguments() { if (G is not null) { G(this, 3); } }
                public void Once() { E?.Invoke(); F(); F.Invoke(); G?.Invoke(this, 4); }
                public void Kept() { var e = E; if (e != null) { e(); } }
                public bool Asked() { if (E == null) { Once(); } return E != null; }
                public void Apart() { if (E != null) { Other?.Invoke(); } }
                public void Run() { Twice(); Statically(); Arguments(); Once(); Kept(); Asked(); Apart(); E += Nothing; Twice(); Kept(); E -= Nothing; }
                static void Nothing() { }
            }
            static class Program { static object Run() { new C().Run(); return 0; } }
            """;
        using var subject = new Subject(Source, optimize);
        Assert.Equal(0, subject.RunChecked().Value);
        Assert.Equal(
            ["C.Arguments() C.G (EventHandler<int>)", "C.Arguments() C.G (EventHandler<int>)", "C.Statically() C.S (Action)", "C.Statically() C.S (Action)", "C.Twice() C.E (Action)", "C.Twice() C.E (Action)"],
            subject.Sites.Where(static s => s.Kind == SiteKind.Read).Select(static s => $"{s.Method} {s.Member}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reads_that_an_interlocked_operation_validates_are_marked(bool optimize)
    {
        const string Source = """
            class Item { public Item Next; }
            class C
            {
                Item _fast, _head; int _taken, _count, _other; Item[] _items = new Item[2]; static string s_text;
                public Item Rent() { var item = _fast; if (item == null || Interlocked.CompareExchange(ref _fast, null, item) != item) { item = new Item(); } return item; }
                public void Push(Item item) { do { item.Next = _head; } while (Interlocked.CompareExchange(ref _head, item, item.Next) != item.Next); }
                public string Text() { if (s_text == null) { Interlocked.CompareExchange(ref s_text, "x", null); } return s_text; }
                public Item Element() { for (int i = 0; i < 2; i++) { var item = _items[i]; if (item != null && Interlocked.CompareExchange(ref _items[i], null, item) == item) { return item; } } return null; }
                public bool Enter() => _taken == 0 && Interlocked.Exchange(ref _taken, 1) == 0;
                public int Ref(ref int place) { int seen = place; return Interlocked.CompareExchange(ref place, seen + 1, seen); }
                public void Set() { if (_taken == 0) { Interlocked.Exchange(ref _taken, 1); } }
                public void Count() { if (_count < 9) { Interlocked.Increment(ref _count); } }
                public void Spin() { while (_other == 5) { } Interlocked.CompareExchange(ref _other, 1, 0); }
                public Item Peek() => _fast;
                public void Run() { Rent(); Push(new Item()); Text(); Element(); Enter(); Ref(ref _other); Set(); Count(); Spin(); Peek(); }
            }
            static class Program { static object Run() { new C().Run(); return 0; } }
            """;
        using var subject = new Subject(Source, optimize);
        Assert.Equal(0, subject.RunChecked().Value);
        Assert.Equal(
            ["C.Element() Item[]", "C.Enter() C._taken (int)", "C.Push(Item) C._head (Item)", "C.Ref(ref int) ref int", "C.Rent() C._fast (Item)", "C.Text() C.s_text (string)"],
            subject.Sites.Where(static s => s.Kind == SiteKind.Read && (s.Flags & SiteFlags.Marked) != 0).Select(static s => $"{s.Method} {s.Member}").Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            ["C.Count() C._count (int)", "C.Peek() C._fast (Item)", "C.Set() C._taken (int)", "C.Spin() C._other (int)"],
            subject.Sites.Where(static s => s.Kind == SiteKind.Read && (s.Flags & SiteFlags.Marked) == 0 && s.Method is "C.Count()" or "C.Peek()" or "C.Set()" or "C.Spin()").Select(static s => $"{s.Method} {s.Member}").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Runs_of_elements_that_cannot_tear_are_told_from_others()
    {
        using var subject = new Subject("""
            static class Program { static object Run() {
                int[] a = { 2, 1 }; var s = new string[2]; var g = new Guid[2]; Array.Sort(a); Array.Fill(s, "x"); Array.Clear(g); Buffer.BlockCopy(a, 0, a, 4, 4); a.AsSpan().Fill(3); g.AsSpan().Fill(default); a[0] = 1; return a[0]; } }
            """);
        Assert.Equal(1, subject.RunChecked().Value);
        Assert.Equal(["int[]", "string[]", "array", "Span<int>"], subject.Sites.Where(static s => s.Kind == SiteKind.Write && (s.Flags & SiteFlags.Elements) != 0).Select(static s => s.Member));
        Assert.Contains(subject.Sites, static s => s is { Member: "Span<Guid>", Flags: SiteFlags.None });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_modify_writes_are_told_from_plain_stores(bool optimize)
    {
        const string Source = """
            struct Money { public long Cents; public static Money operator +(Money a, Money b) => new() { Cents = a.Cents + b.Cents }; }
            record struct Pair(int A, int B);
            class Node { public Node Next; public int Value; public Node() { } public Node(Node next) { Next = next; } }
            class C
            {
                int _n, _m, _other; bool _on; int[] _a = new int[2]; string[] _names = { "a", "b" }; TimeSpan _span; DateTime _when; Money _money; Pair _pair; Node _head; Action _done; static string s_text = "";
                System.Collections.Immutable.ImmutableList<int> _list = System.Collections.Immutable.ImmutableList<int>.Empty;
                event Action Done { add { _done += value; } remove { _done -= value; } }
                public void Update()
                {
                    _n++; _n += 3; _n = Math.Max(_n, 9);
                    _on = !_on;
                    _a[0]--; _a[1] = _a[1] + 1; ref int r = ref _a[0]; r = r * 2; Span<int> span = _a; span[1] = span[1] + 1;
                    _span += TimeSpan.FromSeconds(1); _when = _when.AddDays(1); _money += new Money { Cents = 5 }; _pair = _pair with { A = 3 };
                    _list = _list.Add(1); _a = [.. _a, 4]; Array.Resize(ref _names, 3); s_text = $"{s_text}, {_n}"; Done += () => { };
                    _head = new Node { Next = _head }; _head = new Node(_head); _head = _head.Next;
                }
                public int Used() { int i = _n++ % 2; Keep($"{++_m}"); return i + _n--; }
                public int Kept() { int old = _n; Keep(""); int next = old + 1; _n = next; return old; }
                public Func<int> Captured() { int count = 0; Func<int> f = () => count++; f(); count += 2; return f; }
                public IEnumerable<int> Iterated() { for (int i = 0; i < 2; i++) { yield return _n++; } }
                public async Task Awaited() { _n += await Task.FromResult(1); int old = _m; await Task.Yield(); _m = old + 1; }
                static void Keep(string s) { }
                public void Plain(C other)
                {
                    _n = 1; _n = _m; _m = other._m + 1; _m = _other * 2; _on = _n > 3; _a[0] = _a[1]; _a[1] = 7; _a = new int[3]; s_text = "x"; _span = TimeSpan.FromSeconds(_n); _money = default;
                    int kept = _n; kept = 5; _n = kept; int parsed = _m; int.TryParse("4", out parsed); _m = parsed; (_n, _m) = (_m, _n); _head = new Node { Value = _n }; _list = _list is null ? null : System.Collections.Immutable.ImmutableList<int>.Empty;
                }
            }
            static class Program { static object Run() { var c = new C(); c.Update(); c.Used(); c.Kept(); c.Captured()(); c.Iterated().Count(); c.Awaited().Wait(); c.Plain(new C()); return 0; } }
            """;
        using var subject = new Subject(Source, optimize);
        Assert.Equal(0, subject.RunChecked().Value);
        Site[] writes = [.. subject.Sites.Where(static s => s.Kind == SiteKind.Write && s.Method.StartsWith("C.", StringComparison.Ordinal) && (s.Member.StartsWith("C._", StringComparison.Ordinal) || s.Member.StartsWith("C.s_", StringComparison.Ordinal)))];
        Assert.Empty(writes.Where(static s => s.Method == "C.Plain(C)" && (s.Flags & SiteFlags.ReadModifyWrite) != 0).Select(static s => s.Member));
        Assert.Empty(writes.Where(static s => s.Method is not ("C.Plain(C)" or "C..ctor()" or "C..cctor()") && (s.Flags & SiteFlags.ReadModifyWrite) == 0).Select(static s => $"{s.Method} {s.Member}"));
        Assert.Equal(4, subject.Sites.Count(static s => s is { Kind: SiteKind.Write, Method: "C.Update()", Flags: SiteFlags.ReadModifyWrite } && s.Member is "int[]" or "ref int" or "Span<int>"));
        foreach (string method in (string[])["C.Update()", "C.Used()", "C.Kept()", "C.Captured()", "C.Captured() lambda", "C.Iterated()", "C.Awaited()", "C.add_Done(Action)"])
        {
            Assert.Contains(subject.Sites, s => s.Kind == SiteKind.Write && s.Method == method && (s.Flags & SiteFlags.ReadModifyWrite) != 0);
            Assert.Contains(subject.Sites, s => s.Kind == SiteKind.Read && s.Method == method && (s.Flags & SiteFlags.ReadModifyWrite) != 0);
        }
    }
}
