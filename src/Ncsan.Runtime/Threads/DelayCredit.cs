using System.Diagnostics;

namespace Ncsan.Runtime.Threads;

/// <summary>Time that a thread may still stand at watchpoints, in ticks of the clock, and when that was so.</summary>
internal struct DelayCredit
{
    private readonly long _largest;
    private long _left, _at;

    /// <summary>A credit from which nothing was taken.</summary>
    /// <param name="part">Which part of the grace it holds: how far the thread may be ahead of its share, so that a program or a thread that is over in a moment is watched from its
    /// first access to its last.</param>
    internal DelayCredit(int part) => _left = _largest = Settings.Configuration.DelayGrace * Stopwatch.Frequency / 1_000 / part;

    /// <summary>Whether the thread may be delayed now. Credit grows with its time, by the share that delays may have.</summary>
    internal bool IsLeft(long now)
    {
        if (_at != 0) { _left = Math.Min(_largest, _left + ((now - _at) * Settings.Configuration.DelayShare / 100)); }
        _at = now;
        return _left > 0;
    }

    /// <summary>Takes a delay off.</summary>
    internal void Spend(long now, long delay) => (_left, _at) = (_left - delay, now);
}
