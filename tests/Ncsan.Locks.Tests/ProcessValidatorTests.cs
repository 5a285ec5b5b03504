using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests;

/// <summary>Tests of the one validator of the process, by its hooks; those of one collection do not switch it off under each other.</summary>
public abstract class ProcessValidatorTests : IDisposable
{
    /// <summary>The collection.</summary>
    internal const string Name = "the validator of the process";

    protected ProcessValidatorTests() => LockValidation.IsOn = true;

    public void Dispose()
    {
        LockValidation.IsOn = false;
        GC.SuppressFinalize(this);
    }
}
