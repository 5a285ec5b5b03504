namespace Ncsan.Bench.Kernels;

/// <summary>Kernels over arrays of numbers and structs, of one rank and of two.</summary>
public static class Arrays
{
    public static double Fannkuch(int n)
    {
        int size = 8, best = 0, checksum = 0;
        int[] permutation = new int[size], first = new int[size], count = new int[size];
        for (int times = 0; times < (n + 39) / 40; times++)
        {
            for (int i = 0; i < size; i++) { first[i] = i; }
            int r = size, rounds = 0;
            while (true)
            {
                while (r != 1) { count[r - 1] = r; r--; }
                for (int i = 0; i < size; i++) { permutation[i] = first[i]; }
                int flips = 0, k;
                while ((k = permutation[0]) != 0)
                {
                    int half = (k + 1) >> 1;
                    for (int i = 0; i < half; i++) { (permutation[i], permutation[k - i]) = (permutation[k - i], permutation[i]); }
                    flips++;
                }

                best = Math.Max(best, flips);
                checksum += rounds % 2 == 0 ? flips : -flips;
                while (true)
                {
                    if (r == size) { goto done; }
                    int head = first[0];
                    for (int i = 0; i < r; i++) { first[i] = first[i + 1]; }
                    first[r] = head;
                    if (--count[r] > 0) { break; }
                    r++;
                }

                rounds++;
            }

            done:;
        }

        return checksum * 100.0 + best;
    }

    private static double A(int i, int j) => 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);

    private static void Multiply(double[] v, double[] result) { for (int i = 0; i < v.Length; i++) { double sum = 0; for (int j = 0; j < v.Length; j++) { sum += A(i, j) * v[j]; } result[i] = sum; } }

    private static void MultiplyTransposed(double[] v, double[] result) { for (int i = 0; i < v.Length; i++) { double sum = 0; for (int j = 0; j < v.Length; j++) { sum += A(j, i) * v[j]; } result[i] = sum; } }

    public static double SpectralNorm(int n)
    {
        double[] u = new double[100], v = new double[100], t = new double[100];
        Array.Fill(u, 1.0);
        for (int i = 0; i < (n + 9) / 10; i++) { Multiply(u, t); MultiplyTransposed(t, v); Multiply(v, t); MultiplyTransposed(t, u); }
        double uv = 0, vv = 0;
        for (int i = 0; i < 100; i++) { uv += u[i] * v[i]; vv += v[i] * v[i]; }
        return Math.Sqrt(uv / vv);
    }

    public static double MatrixJagged(int n)
    {
        const int Size = 48;
        double[][] a = new double[Size][], b = new double[Size][], c = new double[Size][];
        for (int i = 0; i < Size; i++)
        {
            (a[i], b[i], c[i]) = (new double[Size], new double[Size], new double[Size]);
            for (int j = 0; j < Size; j++) { a[i][j] = i + j; b[i][j] = i - j; }
        }

        for (int round = 0; round < (n + 9) / 10; round++)
        {
            for (int i = 0; i < Size; i++) { for (int j = 0; j < Size; j++) { double sum = 0; for (int k = 0; k < Size; k++) { sum += a[i][k] * b[k][j]; } c[i][j] = sum; } }
        }

        return c[3][5] + c[40][41];
    }

    public static double MatrixRectangular(int n)
    {
        const int Size = 48;
        double[,] a = new double[Size, Size], b = new double[Size, Size], c = new double[Size, Size];
        for (int i = 0; i < Size; i++) { for (int j = 0; j < Size; j++) { a[i, j] = i + j; b[i, j] = i - j; } }
        for (int round = 0; round < (n + 9) / 10; round++)
        {
            for (int i = 0; i < Size; i++) { for (int j = 0; j < Size; j++) { double sum = 0; for (int k = 0; k < Size; k++) { sum += a[i, k] * b[k, j]; } c[i, j] = sum; } }
        }

        return c[3, 5] + c[40, 41];
    }

    public static double Life(int n)
    {
        const int Size = 64;
        byte[,] world = new byte[Size, Size], next = new byte[Size, Size];
        for (int i = 0; i < Size * Size; i++) { world[i / Size, i % Size] = (byte)(i * 7 % 5 == 0 ? 1 : 0); }
        for (int round = 0; round < (n + 3) / 4; round++)
        {
            for (int y = 1; y < Size - 1; y++)
            {
                for (int x = 1; x < Size - 1; x++)
                {
                    int around = world[y - 1, x - 1] + world[y - 1, x] + world[y - 1, x + 1] + world[y, x - 1] + world[y, x + 1] + world[y + 1, x - 1] + world[y + 1, x] + world[y + 1, x + 1];
                    next[y, x] = (byte)(around == 3 || (around == 2 && world[y, x] == 1) ? 1 : 0);
                }
            }

            (world, next) = (next, world);
        }

        int alive = 0;
        foreach (byte cell in world) { alive += cell; }
        return alive;
    }

    public static double Sieve(int n)
    {
        int primes = 0;
        for (int round = 0; round < (n + 9) / 10; round++)
        {
            var composite = new bool[10000];
            for (int i = 2; i < composite.Length; i++)
            {
                if (composite[i]) { continue; }
                primes++;
                for (int j = i * 2; j < composite.Length; j += i) { composite[j] = true; }
            }
        }

        return primes;
    }

    public static double PrefixSums(int n)
    {
        var values = new int[4096];
        var sums = new long[4096];
        for (int i = 0; i < values.Length; i++) { values[i] = i * 7 % 13; }
        long total = 0;
        for (int round = 0; round < n; round++)
        {
            long sum = round;
            for (int i = 0; i < values.Length; i++) { sum += values[i]; sums[i] = sum; }
            total += sums[round % 4096];
        }

        return total;
    }

    public static double HeapSort(int n)
    {
        var heap = new int[2000];
        long check = 0;
        for (int round = 0; round < (n + 4) / 5; round++)
        {
            uint seed = (uint)round;
            for (int i = 0; i < heap.Length; i++) { seed = seed * 1664525 + 1013904223; heap[i] = (int)(seed >> 8); }
            for (int i = heap.Length / 2 - 1; i >= 0; i--) { SiftDown(heap, i, heap.Length); }
            for (int end = heap.Length - 1; end > 0; end--) { (heap[0], heap[end]) = (heap[end], heap[0]); SiftDown(heap, 0, end); }
            check += heap[100] + heap[1900];
        }

        return check;
    }

    private static void SiftDown(int[] heap, int root, int end)
    {
        int value = heap[root];
        while (true)
        {
            int child = 2 * root + 1;
            if (child >= end) { break; }
            if (child + 1 < end && heap[child + 1] > heap[child]) { child++; }
            if (heap[child] <= value) { break; }
            heap[root] = heap[child];
            root = child;
        }

        heap[root] = value;
    }

    private struct Particle { public float X, Y, Z, Vx, Vy, Vz; }

    public static double Particles(int n)
    {
        var particles = new Particle[1000];
        for (int i = 0; i < particles.Length; i++) { particles[i] = new Particle { X = i, Vx = 1, Vy = i * 0.5f, Vz = -1 }; }
        for (int round = 0; round < n; round++)
        {
            for (int i = 0; i < particles.Length; i++)
            {
                ref Particle p = ref particles[i];
                p.X += p.Vx * 0.01f; p.Y += p.Vy * 0.01f; p.Z += p.Vz * 0.01f;
            }
        }

        return particles[3].X + particles[500].Y + particles[999].Z;
    }

    private sealed class Map
    {
        private int[] _keys = new int[1024], _values = new int[1024];
        private int _count;

        public int this[int key]
        {
            get
            {
                int mask = _keys.Length - 1;
                for (int i = key * 31 & mask; _keys[i] != 0; i = i + 1 & mask) { if (_keys[i] == key) { return _values[i]; } }
                return 0;
            }
            set
            {
                int mask = _keys.Length - 1, i = key * 31 & mask;
                while (_keys[i] != 0 && _keys[i] != key) { i = i + 1 & mask; }
                if (_keys[i] == 0) { _count++; }
                (_keys[i], _values[i]) = (key, value);
            }
        }

        public int Count => _count;
    }

    public static double OpenAddressing(int n)
    {
        var map = new Map();
        long sum = 0;
        for (int i = 0; i < n * 500; i++) { int key = i * 17 % 700 + 1; map[key] += i; sum += map[key / 2 + 1]; }
        return sum + map.Count;
    }
}
