using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>What the passes for fields, array elements and indirect accesses have in common: which hook a type needs.</summary>
internal static class Accesses
{
    /// <summary>A new site for an access, unless its type cannot be passed to a hook; then the reason is counted.</summary>
    internal static int? Site(MethodCode code, Op op, bool write, TypeShape shape, string member, SiteFlags more = SiteFlags.None)
    {
        if (shape.Shape is Shape.StackOnly or Shape.Unresolved)
        {
            code.Module.Skip(shape.Shape == Shape.StackOnly ? SkipReason.StackLocal : SkipReason.Unresolved);
            return null;
        }

        var flags = more | (op.IsVolatile ? SiteFlags.Marked : SiteFlags.None) | (op.IsOfUpdate ? SiteFlags.ReadModifyWrite : SiteFlags.None)
            | (write && TestedFirst.Is(code, op) ? SiteFlags.TestedFirst : SiteFlags.None) | (!write && !op.IsVolatile && HoistableRead.Is(code, op) ? SiteFlags.InLoop : SiteFlags.None);
        return code.Site(op, write ? SiteKind.Write : SiteKind.Read, member, shape.Size, flags);
    }

    /// <summary>What the site of a run of elements says of them. A struct may be larger than a word; of elements that are not known nothing worse is said than of others.</summary>
    internal static SiteFlags OfElements(ModuleContext module, TypeReference? element) => element is not null && module.Types.ShapeOf(element).Shape == Shape.Value ? SiteFlags.None : SiteFlags.Elements;

    /// <summary>Calls the hook for a plain access; the location is on the stack and is popped.</summary>
    internal static void Hook(CodeWriter writer, bool write, TypeShape shape, TypeReference type, int site)
    {
        writer.Site(site);
        string verb = write ? "Write" : "Read";
        switch (shape.Shape)
        {
            case Shape.Bytes: writer.Hook(verb + shape.Size); break;
            case Shape.Reference: writer.Hook(verb + "Ref"); break;
            default: writer.Emit(OpCodes.Call, writer.Module.Hooks.Generic(verb + "Value", TypeFacts.Bare(type))); break;
        }
    }

    /// <summary>Calls the hook for a plain or a volatile access; the location is on the stack and is popped.</summary>
    internal static void Hook(CodeWriter writer, Op op, bool write, TypeShape shape, TypeReference type, int site)
    {
        if (!op.IsVolatile) { Hook(writer, write, shape, type, site); return; }
        if (shape.Size > 0) { writer.Constant(shape.Size); } else { writer.Emit(OpCodes.Sizeof, TypeFacts.Bare(type)); }
        writer.Site(site);
        writer.Hook(write ? nameof(Hooks.WriteMarked) : nameof(Hooks.ReadMarked));
    }
}
