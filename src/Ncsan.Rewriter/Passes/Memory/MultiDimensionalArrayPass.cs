using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Elements of <c>T[,]</c> and of higher ranks, whose Get and Set are methods: the location is what the array's own Address method gives.</summary>
internal sealed class MultiDimensionalArrayPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Method.DeclaringType is not ArrayType { IsVector: false } array || call.Name is not ("Get" or "Set")) { return; }
        bool write = call.Name == "Set";
        var shape = call.Module.Types.ShapeOf(array.ElementType);
        if (Accesses.Site(call.Code, call.Op, write, shape, Names.Type(array)) is not { } site) { return; }
        var address = new MethodReference("Address", new ByReferenceType(array.ElementType), array) { HasThis = true };
        for (int i = 0; i < array.Rank; i++) { address.Parameters.Add(new(call.Module.Module.TypeSystem.Int32)); }
        call.Add(Copies.Checked, after: false, [.. Enumerable.Range(0, array.Rank + 1)], w =>
        {
            // readonly.: no check for array covariance, as in ArrayElementPass.
            w.Emit(OpCodes.Readonly);
            w.Emit(OpCodes.Call, address);
            Accesses.Hook(w, write, shape, array.ElementType, site);
        });
    }
}
