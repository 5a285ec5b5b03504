namespace Ncsan.Runtime.Locks;

/// <summary>How a call waits for a task, as the int that the rewriter passes.</summary>
[Flags]
public enum WaitCall
{
    /// <summary>For a while.</summary>
    None = 0,

    /// <summary>It may be known here that the task has ended: then one asks for its result and does not wait.</summary>
    AsksResult = 1,

    /// <summary>For as long as it takes.</summary>
    Forever = 2,

    /// <summary>The task comes straight from the call that made it: nobody can have awaited it before.</summary>
    OnTheSpot = 4,

    /// <summary>For as long as nobody cancels it: ordered like any other, but a wait that lasts proves nothing.</summary>
    Cancelable = 8,

    /// <summary>For a time that may turn out to be for ever, and then for as long as nobody cancels it.</summary>
    CancelableIfForever = 16,
}
