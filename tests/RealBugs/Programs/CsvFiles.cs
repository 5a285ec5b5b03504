using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace RealBugs;

/// <summary>CsvHelper 15.0.1 and 33.0.1.</summary>
internal static class CsvFiles
{
    private sealed class Point
    {
        public int X { get; set; }

        public double Y { get; set; }
    }

    private sealed class Size
    {
        public int X { get; set; }

        public double Y { get; set; }
    }

    /// <summary>Readers that share a configuration share a plain Dictionary of converter options, which each fills as it meets a type
    /// (issue 1320): "An item with the same key has already been added". Mended: in 33.0.1 each reader has its own.</summary>
    internal static (Action, Action) ConverterOptions()
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture);
        void Read<T>()
        {
            using var reader = new CsvReader(new StringReader("X,Y\n1,2\n"), configuration);
            foreach (T row in reader.GetRecords<T>()) { GC.KeepAlive(row); }
        }

        return (Read<Point>, Read<Size>);
    }
}
