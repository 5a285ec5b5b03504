namespace Ncsan.Bench;

/// <summary>A figure beside the limit that the project sets itself. What all parts of the bench say is said once more at their end.</summary>
internal static class Verdict
{
    internal const string Mark = "must hold: ";

    internal static void AtMost(string what, double figure, double limit) => Console.WriteLine($"{Mark}{what}: {figure:F2}, at most {limit:F2}: {(figure <= limit ? "holds" : "DOES NOT HOLD")}");
}
