namespace Ncsan.Rewriter;

/// <summary>Why an access is left alone.</summary>
public enum SkipReason
{
    /// <summary>It is to the thread's own stack: a local, a value on the evaluation stack, a field of a ref struct.</summary>
    StackLocal,

    /// <summary>It is to a thread static field, which no other thread can name.</summary>
    ThreadStatic,

    /// <summary>It is to a field that is written only while its object is constructed.</summary>
    InitOnly,

    /// <summary>A constructor writes its object before anything else can hold a reference to it, or a type initialiser the statics of its type.</summary>
    Constructing,

    /// <summary>It is to constant data of the image.</summary>
    ConstantData,

    /// <summary>Its type cannot be found, so its kind and size are not known.</summary>
    Unresolved,

    /// <summary>The code asked for it: [NoInstrument].</summary>
    NoInstrument,

    /// <summary>It is in an exception filter, which runs while the stack of another frame is still standing.</summary>
    Filter,

    /// <summary>It is to the field in which the compiler keeps the delegate of a lambda: two threads may each make one, and either will do.</summary>
    DelegateCache,

    /// <summary>It reads the field of a field-like event, which its accessors exchange by Interlocked, and reads it once.</summary>
    EventField,
}
