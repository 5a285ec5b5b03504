using System;

namespace Ncsan.Annotations
{
    /// <summary>
    /// The locks in this field or property belong to a class of this name, whatever type they live in (the kernel's <c>lockdep_set_class</c>). Fields of one name are one class.
    /// </summary>
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
    public sealed class LockClassAttribute : Attribute
    {
        /// <summary>Names the class.</summary>
        /// <param name="name">The name, as reports show it.</param>
        public LockClassAttribute(string name) => Name = name;

        /// <summary>The name of the class.</summary>
        public string Name { get; }
    }
}
