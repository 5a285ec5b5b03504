namespace Ncsan.Reporting.Text;

/// <summary>The widths that let both sides of a finding stand below each other.</summary>
internal readonly record struct Columns(int Kind, int Method, int Place)
{
    // A method of forty generic arguments must not push everything else off the screen.
    private const int WidestMethod = 56;

    /// <summary>As wide as the word before a method, and the spaces around it.</summary>
    internal string Indent => new(' ', Kind + 4);

    internal static Columns Of(Finding finding, SourceFiles sources)
    {
        int kind = 5, method = 0, place = 0;
        foreach (Access access in finding.Accesses)
        {
            Frame top = access.Top;
            kind = Math.Max(kind, access.Kind.Length);
            place = Math.Max(place, sources.Place(top.File, top.Line)?.Length ?? 12);
            IEnumerable<int> widths = [top.Method.Length, (sources.Line(top.File, top.Line)?.Length ?? 0) + 2, .. Stacks.Below(access.Stack, finding.Test).Select(e => e.Frame.Method?.Length ?? 0)];
            method = Math.Max(method, widths.Where(w => w <= WidestMethod).DefaultIfEmpty().Max());
        }

        return new Columns(kind, method, place);
    }
}
