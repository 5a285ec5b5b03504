namespace Ncsan.Runtime.Sites;

/// <summary>A site by a name that holds from run to run, for as long as its method is not changed.</summary>
/// <param name="Module">The module's name.</param>
/// <param name="Id">The constant id of the site in it.</param>
/// <param name="Method">The method, to notice that the module was built anew and the ids mean others.</param>
/// <param name="Member">What is accessed.</param>
internal readonly record struct SiteKey(string Module, int Id, string Method, string Member) : IComparable<SiteKey>
{
    public int CompareTo(SiteKey other) =>
        string.CompareOrdinal(Module, other.Module) is not 0 and var order ? order : Id.CompareTo(other.Id);
}
