namespace Ncsan.Bench.Kernels;

/// <summary>Every kernel. The argument scales the work; 100 is some ten milliseconds.</summary>
public static class Registry
{
    /// <summary>Name, work, and whether it belongs to the float and SIMD group.</summary>
    public static readonly (string Name, Func<int, double> Run, bool Float)[] All =
    [
        ("n-body, objects", Objects.NBody, true), ("binary trees", Objects.BinaryTrees, false), ("LRU cache", Objects.LruCache, false), ("virtual shapes", Objects.Shapes, true),
        ("accessors", Objects.Accessors, false), ("linked list", Objects.LinkedList, false), ("text building", Objects.TextBuilding, false), ("iterators", Objects.Iterators, false),
        ("closures", Objects.Closures, false), ("LINQ", Objects.Linq, false), ("fannkuch int[]", Arrays.Fannkuch, false), ("spectral norm double[]", Arrays.SpectralNorm, true),
        ("matrix double[][]", Arrays.MatrixJagged, true), ("matrix double[,]", Arrays.MatrixRectangular, true), ("life byte[,]", Arrays.Life, false), ("sieve bool[]", Arrays.Sieve, false),
        ("prefix sums", Arrays.PrefixSums, false), ("heap sort", Arrays.HeapSort, false), ("particles struct[]", Arrays.Particles, true), ("open-addressing map", Arrays.OpenAddressing, false),
        ("tokenizer over spans", Spans.Tokenize, false), ("span sum", Spans.SpanSum, false), ("dot product", Spans.DotProduct, true), ("checksum", Spans.Checksum, false),
        ("SIMD sum", Spans.SimdSum, true), ("SIMD scale", Spans.SimdScale, true), ("Vector3[]", Spans.VectorStructs, true),
    ];
}
