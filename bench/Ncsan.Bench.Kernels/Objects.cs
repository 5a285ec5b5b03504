using System.Text;

namespace Ncsan.Bench.Kernels;

/// <summary>Kernels over objects: fields, small methods, virtual calls, allocation.</summary>
public static class Objects
{
    private sealed class Body(double x, double y, double z, double mass) { public double X = x, Y = y, Z = z, Vx, Vy, Vz; public readonly double Mass = mass; }

    public static double NBody(int steps)
    {
        Body[] bodies = [new(0, 0, 0, 39), new(4.8, -1.1, -0.1, 0.03), new(8.3, 4.1, -0.4, 0.01), new(12.8, -15.1, -0.2, 0.001), new(15.3, -25.9, 0.1, 0.002)];
        for (int step = 0; step < steps * 400; step++)
        {
            for (int i = 0; i < bodies.Length; i++)
            {
                Body a = bodies[i];
                for (int j = i + 1; j < bodies.Length; j++)
                {
                    Body b = bodies[j];
                    double dx = a.X - b.X, dy = a.Y - b.Y, dz = a.Z - b.Z, d2 = dx * dx + dy * dy + dz * dz, mag = 0.01 / (d2 * Math.Sqrt(d2));
                    a.Vx -= dx * b.Mass * mag; a.Vy -= dy * b.Mass * mag; a.Vz -= dz * b.Mass * mag;
                    b.Vx += dx * a.Mass * mag; b.Vy += dy * a.Mass * mag; b.Vz += dz * a.Mass * mag;
                }
            }

            foreach (Body b in bodies) { b.X += 0.01 * b.Vx; b.Y += 0.01 * b.Vy; b.Z += 0.01 * b.Vz; }
        }

        return bodies[0].X + bodies[1].Y + bodies[4].Vz;
    }

    private sealed class Tree { public Tree? Left, Right; public int Check() => Left is null ? 1 : 1 + Left.Check() + Right!.Check(); }

    private static Tree Build(int depth) => depth == 0 ? new Tree() : new Tree { Left = Build(depth - 1), Right = Build(depth - 1) };

    public static double BinaryTrees(int n)
    {
        int sum = 0;
        for (int i = 0; i < n; i++) { sum += Build(11).Check(); }
        return sum;
    }

    private sealed class Node { public int Key, Value; public Node? Next, Previous; }

    private sealed class Lru
    {
        private readonly Dictionary<int, Node> _map = [];
        private readonly Node _head = new(), _tail = new();
        private int _count;

        public Lru() { _head.Next = _tail; _tail.Previous = _head; }

        public int Get(int key)
        {
            if (!_map.TryGetValue(key, out Node? node)) { return -1; }
            Unlink(node);
            Push(node);
            return node.Value;
        }

        public void Put(int key, int value)
        {
            if (_map.TryGetValue(key, out Node? node)) { node.Value = value; Unlink(node); Push(node); return; }
            if (_count == 200) { Node last = _tail.Previous!; Unlink(last); _map.Remove(last.Key); _count--; }
            node = new Node { Key = key, Value = value };
            _map.Add(key, node);
            Push(node);
            _count++;
        }

        private static void Unlink(Node node) { node.Previous!.Next = node.Next; node.Next!.Previous = node.Previous; }

        private void Push(Node node) { node.Next = _head.Next; node.Previous = _head; _head.Next!.Previous = node; _head.Next = node; }
    }

    public static double LruCache(int n)
    {
        var cache = new Lru();
        long sum = 0;
        uint seed = 1;
        for (int i = 0; i < n * 1000; i++)
        {
            seed = seed * 1664525 + 1013904223;
            int key = (int)(seed >> 23);
            if ((i & 3) == 0) { cache.Put(key, i); } else { sum += cache.Get(key); }
        }

        return sum;
    }

    private abstract class Shape { public abstract double Area(); }

    private sealed class Circle(double radius) : Shape { private double _radius = radius; public override double Area() => 3.14 * _radius * _radius; public void Grow() => _radius += 0.001; }

    private sealed class Box : Shape { public double Width { get; set; } = 2; public double Height { get; set; } = 3; public override double Area() => Width * Height; }

    public static double Shapes(int n)
    {
        var shapes = new Shape[64];
        for (int i = 0; i < shapes.Length; i++) { shapes[i] = i % 2 == 0 ? new Circle(i) : new Box { Width = i }; }
        double sum = 0;
        for (int round = 0; round < n * 20; round++)
        {
            foreach (Shape shape in shapes)
            {
                sum += shape.Area();
                if (shape is Circle circle) { circle.Grow(); }
            }
        }

        return sum;
    }

    private sealed class Counter { private int _value, _max = 1000; public int Value => _value; public int Max { get => _max; set => _max = value; } public void Add(int by) { if (_value < _max) { _value += by; } else { _value = 0; } } }

    public static double Accessors(int n)
    {
        var counter = new Counter();
        long sum = 0;
        for (int i = 0; i < n * 2000; i++) { counter.Add(i & 7); sum += counter.Value; if (sum % 1000 == 0) { counter.Max = (int)(sum % 5000) + 10; } }
        return sum;
    }

    private sealed class LinkedNumber(int value, LinkedNumber? next) { public int Value = value; public LinkedNumber? Next = next; }

    public static double LinkedList(int n)
    {
        LinkedNumber? head = null;
        for (int i = 0; i < 500; i++) { head = new LinkedNumber(i, head); }
        long sum = 0;
        for (int round = 0; round < n * 4; round++) { for (LinkedNumber? node = head; node is not null; node = node.Next) { sum += node.Value; } }
        return sum;
    }

    private sealed class TextBuffer
    {
        private char[] _chars = new char[16];
        private int _length;

        public void Append(string text) { foreach (char c in text) { Append(c); } }

        public void Append(char c)
        {
            if (_length == _chars.Length) { Array.Resize(ref _chars, _length * 2); }
            _chars[_length++] = c;
        }

        public int Hash() { int hash = 0; for (int i = 0; i < _length; i++) { hash = hash * 31 + _chars[i]; } return hash; }
    }

    public static double TextBuilding(int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            var buffer = new TextBuffer();
            for (int j = 0; j < 60; j++) { buffer.Append("item "); buffer.Append((char)('a' + j % 26)); buffer.Append(", "); }
            sum += buffer.Hash();
        }

        return sum;
    }

    public static IEnumerable<int> Squares(int count) { for (int i = 0; i < count; i++) { if (i % 3 != 0) { yield return i * i; } } }

    public static double Iterators(int n)
    {
        long sum = 0;
        for (int round = 0; round < n; round++) { foreach (int square in Squares(400)) { sum += square; } }
        return sum;
    }

    public static double Closures(int n)
    {
        long total = 0;
        int step = 3;
        Action<int> add = x => { total += x * step; };
        for (int i = 0; i < n * 1000; i++) { add(i & 15); if ((i & 1023) == 0) { step++; } }
        return total;
    }

    public static double Linq(int n)
    {
        int[] numbers = [.. Enumerable.Range(0, 300)];
        long sum = 0;
        for (int i = 0; i < n; i++) { int limit = i; sum += numbers.Where(x => x > limit % 100).Select(x => x * 2L).Sum(); }
        return sum;
    }
}
