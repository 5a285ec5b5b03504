using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Threads;

/// <summary>The last sites that a thread came by, each with the location that it touched there.</summary>
internal struct Trail
{
    private const int Length = 8;

    private Steps _steps;
    private int _next;

    internal void Add(int site, nuint address) => _steps[_next++ & (Length - 1)] = new Step(site, address);

    /// <summary>Whether the thread was at a site a moment ago, at a location above this one.</summary>
    internal readonly bool WasAbove(int site, nuint address)
    {
        for (int i = 1; i <= Length; i++)
        {
            Step step = _steps[(_next - i) & (Length - 1)];
            if (step.Site == site) { return step.Address > address; }
        }

        return false;
    }

    private readonly record struct Step(int Site, nuint Address);

    [InlineArray(Length)]
    private struct Steps
    {
        private Step _first;
    }
}
