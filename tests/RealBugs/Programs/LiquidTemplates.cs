using DotLiquid;

namespace RealBugs;

/// <summary>DotLiquid 2.3.260.</summary>
internal static class LiquidTemplates
{
    /// <summary>A parsed template keeps the assigns of a rendering in fields of its own (issue 206): two renderings mix their output. Mended by
    /// <c>MakeThreadSafe</c>, which gives each rendering its own state.</summary>
    internal static (Action, Action) Render()
    {
        var template = Template.Parse("Hello {{ name }} {% assign value = number %}{{ value }}");
#if MENDED
        template.MakeThreadSafe();
#endif
        return (
            () => template.Render(Hash.FromAnonymousObject(new { name = "left", number = 1 })),
            () => template.Render(Hash.FromAnonymousObject(new { name = "right", number = 2 })));
    }
}
