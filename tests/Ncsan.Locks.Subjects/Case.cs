namespace Ncsan.Locks.Subjects;

/// <summary>A program of the corpus. The first word of its name is the rule that must be reported, or Silent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaseAttribute : Attribute;

/// <summary>Helpers that force an order without sleeping.</summary>
public static class Case
{
    /// <summary>Runs the parts on threads of their own, one after another.</summary>
    public static void InTurn(params Action[] parts)
    {
        foreach (Action part in parts)
        {
            var thread = new Thread(() => part());
            thread.Start();
            thread.Join();
        }
    }

    /// <summary>Runs the parts on threads of their own at the same time.</summary>
    public static void AtOnce(params Action[] parts)
    {
        var threads = Array.ConvertAll(parts, part => new Thread(() => part()));
        foreach (Thread thread in threads) { thread.Start(); }
        foreach (Thread thread in threads) { thread.Join(); }
    }
}
