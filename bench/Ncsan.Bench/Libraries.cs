namespace Ncsan.Bench;

internal static class Libraries
{
    internal static int Run(string[] args) => args.Length;
}
