using System;

namespace Ncsan.Annotations
{
    /// <summary>
    /// Code that the sanitizer must leave alone (the kernel's <c>noinstr</c>). On a type or an assembly it covers everything inside.
    /// </summary>
    [AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Module | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface
        | AttributeTargets.Method | AttributeTargets.Constructor | AttributeTargets.Property, Inherited = false)]
    public sealed class NoInstrumentAttribute : Attribute
    {
    }
}
