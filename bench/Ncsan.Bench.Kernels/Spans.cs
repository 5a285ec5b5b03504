using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ncsan.Bench.Kernels;

/// <summary>Kernels over spans and vectors.</summary>
public static class Spans
{
    private static readonly string s_text = string.Concat(Enumerable.Repeat("let x1 = (alpha + 42) * beta / 7; // note\n", 40));

    private ref struct Tokenizer(ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _at;

        public bool Next(out int kind, out int length)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) { _at++; }
            kind = length = 0;
            if (_at >= _text.Length) { return false; }
            int start = _at;
            char c = _text[_at];
            if (char.IsLetter(c)) { kind = 1; while (_at < _text.Length && char.IsLetterOrDigit(_text[_at])) { _at++; } }
            else if (char.IsDigit(c)) { kind = 2; while (_at < _text.Length && char.IsDigit(_text[_at])) { _at++; } }
            else { kind = 3; _at++; }
            length = _at - start;
            return true;
        }
    }

    public static double Tokenize(int n)
    {
        long sum = 0;
        for (int i = 0; i < (n + 3) / 4; i++)
        {
            var tokenizer = new Tokenizer(s_text);
            while (tokenizer.Next(out int kind, out int length)) { sum += kind * length; }
        }

        return sum;
    }

    public static double SpanSum(int n)
    {
        var array = new int[4096];
        for (int i = 0; i < array.Length; i++) { array[i] = i; }
        long total = 0;
        for (int round = 0; round < n; round++) { total += Sum(array) + round; }
        return total;
    }

    private static int Sum(ReadOnlySpan<int> values)
    {
        int sum = 0;
        foreach (int value in values) { sum += value; }
        return sum;
    }

    public static double DotProduct(int n)
    {
        float[] a = new float[2048], b = new float[2048];
        for (int i = 0; i < a.Length; i++) { (a[i], b[i]) = (i % 17, i % 5); }
        double total = 0;
        for (int round = 0; round < n; round++) { total += Dot(a, b); }
        return total;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++) { sum += a[i] * b[i]; }
        return sum;
    }

    public static double Checksum(int n)
    {
        var bytes = new byte[4096];
        for (int i = 0; i < bytes.Length; i++) { bytes[i] = (byte)(i * 31); }
        uint total = 0;
        for (int round = 0; round < n; round++) { total += Adler(bytes); }
        return total;
    }

    private static uint Adler(ReadOnlySpan<byte> data)
    {
        uint a = 1, b = 0;
        for (int i = 0; i < data.Length; i++) { a = (a + data[i]) % 65521; b = (b + a) % 65521; }
        return b << 16 | a;
    }

    public static double SimdSum(int n)
    {
        var values = new float[4096];
        for (int i = 0; i < values.Length; i++) { values[i] = i % 11; }
        double total = 0;
        for (int round = 0; round < n * 4; round++)
        {
            var sum = Vector<float>.Zero;
            ref float start = ref MemoryMarshal.GetArrayDataReference(values);
            for (int i = 0; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count) { sum += Vector.LoadUnsafe(ref start, (nuint)i); }
            total += Vector.Sum(sum);
        }

        return total;
    }

    public static double SimdScale(int n)
    {
        float[] x = new float[2048], y = new float[2048];
        for (int i = 0; i < x.Length; i++) { x[i] = i % 7; }
        for (int round = 0; round < n * 4; round++)
        {
            var factor = new Vector<float>(0.5f);
            for (int i = 0; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count) { (factor * new Vector<float>(x, i) + new Vector<float>(y, i) * 0.25f).CopyTo(y, i); }
        }

        return y[10] + y[2000];
    }

    public static double VectorStructs(int n)
    {
        var positions = new Vector3[500];
        var speeds = new Vector3[500];
        for (int i = 0; i < positions.Length; i++) { speeds[i] = new Vector3(i, 1, -i); }
        for (int round = 0; round < n * 2; round++) { for (int i = 0; i < positions.Length; i++) { positions[i] += speeds[i] * 0.01f; } }
        return positions[7].X + positions[499].Z;
    }
}
