namespace Ncsan.Reporting;

/// <summary>A thread and where it came from.</summary>
/// <param name="Id">The managed thread id.</param>
/// <param name="Name">Its name, or null.</param>
/// <param name="CreatedAt">The creation chain: where it was started, then where the thread that started it was started, and so on.</param>
public sealed record ThreadOrigin(int Id, string? Name, IReadOnlyList<Frame> CreatedAt);
