using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Fields that are read and written by reflection. Which field it is only the run knows.</summary>
internal sealed class ReflectedFieldPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.DeclaringType != "System.Reflection.FieldInfo") { return; }
        if (call is { Name: "GetValue", ArgumentCount: 2 }) { call.Before(Copies.Checked, nameof(Hooks.ReadReflected), call.Site(SiteKind.Read, "FieldInfo.GetValue"), 0, 1); }
        if (call is { Name: "SetValue", ArgumentCount: 3 }) { call.Before(Copies.Checked, nameof(Hooks.WriteReflected), call.Site(SiteKind.Write, "FieldInfo.SetValue"), 0, 1); }
    }
}
