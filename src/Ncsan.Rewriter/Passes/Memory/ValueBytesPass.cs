using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Framework calls that take one value out of bytes, or put one there: BinaryPrimitives, BitConverter, MemoryMarshal.Read and Write.</summary>
internal sealed class ValueBytesPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.IsMarked || call.ArgumentCount == 0 || Value(call) is not var (type, write)) { return; }
        if (call.ArgumentType(0) is ArrayType { IsVector: true } && call.ArgumentCount == 2) { FromArray(call, type); }
        else if (call.ArgumentType(0) is GenericInstanceType { Name: "Span`1" or "ReadOnlySpan`1" } span) { Span(call, span, type, write); }
    }

    /// <summary>The type of the value, and whether the call puts it there; null when the call is no such call.</summary>
    private static (TypeReference Type, bool Write)? Value(Invocation call)
    {
        bool write = call.Name.Contains("Write", StringComparison.Ordinal);
        return call.DeclaringType switch
        {
            "System.Runtime.InteropServices.MemoryMarshal" when call.Name is "Read" or "TryRead" or "Write" or "TryWrite" && call.Method is GenericInstanceMethod { GenericArguments: [{ } type] } => (type, write),
            "System.Buffers.Binary.BinaryPrimitives" when Endless(call.Name) is { } name && Named(call, name) is { } type => (type, write),
            "System.BitConverter" when call.Name == "TryWriteBytes" => (call.Method.Parameters[1].ParameterType, true),
            "System.BitConverter" when call.Name is not "ToString" && call.Name.StartsWith("To", StringComparison.Ordinal) && Named(call, call.Name[2..]) is { } type => (type, false),
            _ => null,
        };
    }

    /// <summary><c>Int32</c> of <c>TryReadInt32LittleEndian</c>.</summary>
    private static string? Endless(string name)
    {
        foreach (string end in (ReadOnlySpan<string>)["LittleEndian", "BigEndian"])
        {
            if (!name.EndsWith(end, StringComparison.Ordinal)) { continue; }
            string rest = name[..^end.Length];
            foreach (string verb in (ReadOnlySpan<string>)["TryRead", "TryWrite", "Read", "Write"]) { if (rest.StartsWith(verb, StringComparison.Ordinal)) { return rest[verb.Length..]; } }
        }

        return null;
    }

    private static TypeReference? Named(Invocation call, string name)
    {
        var types = call.Module.Module.TypeSystem;
        return name switch
        {
            "Boolean" => types.Boolean,
            "Char" => types.Char,
            "Int16" => types.Int16,
            "UInt16" or "Half" => types.UInt16,
            "Int32" => types.Int32,
            "UInt32" => types.UInt32,
            "Int64" => types.Int64,
            "UInt64" => types.UInt64,
            "Single" => types.Single,
            "Double" => types.Double,
            "IntPtr" => types.IntPtr,
            "UIntPtr" => types.UIntPtr,
            _ => null,
        };
    }

    private static void FromArray(Invocation call, TypeReference type)
    {
        int site = call.Site(SiteKind.Read, "byte[]");
        call.Add(Copies.Checked, after: false, [0, 1], w =>
        {
            w.Emit(OpCodes.Sizeof, type);
            w.Site(site);
            ElementRuns.Hook(w, write: false, w.Types.Byte);
        });
    }

    private static void Span(Invocation call, GenericInstanceType span, TypeReference type, bool write)
    {
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, Names.Type(span));
        call.Add(Copies.Checked, after: false, [0], w =>
        {
            if (span.Name == "Span`1") { w.Emit(OpCodes.Call, w.Module.Hooks.SpanToReadOnly(w.Types.Byte)); }
            w.Emit(OpCodes.Sizeof, type);
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(write ? nameof(Hooks.WriteSpanStart) : nameof(Hooks.ReadSpanStart), w.Types.Byte));
        });
    }
}
