using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Collections;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Collections;

/// <summary>
/// Calls to members of collections that are not thread-safe are accesses to the collection; the contract says which. So a race on a
/// Dictionary is found without rewriting the framework.
/// </summary>
internal sealed class CollectionPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (TypeOf(call) is not { } type || !type.Members.TryGetValue(call.Name, out MemberEffect member)) { return; }
        bool hasReceiver = type.Kind == ReceiverKind.Static || (call.Method.HasThis && !call.IsConstructor);
        if (hasReceiver && member.Effect != CollectionEffect.None) { Receiver(call, type, member.Effect); }
        if (member.ReadsArguments) { Arguments(call, first: hasReceiver ? 1 : 0); }
    }

    /// <summary>
    /// The type of the contract that the call concerns. Compilers name an override by its first declaration (StringBuilder.ToString is a call
    /// of Object.ToString), so the static type of the receiver is asked as well.
    /// </summary>
    private static CollectionType? TypeOf(Invocation call) =>
        CollectionContract.Find(call.DeclaringType)
        ?? (call.Op.Code == Code.Callvirt && call.Op.Inputs![0].Type is { } receiver ? CollectionContract.Find(TypeFacts.Bare(receiver).GetElementType().FullName) : null);

    private static void Receiver(Invocation call, CollectionType type, CollectionEffect effect)
    {
        bool writes = effect == CollectionEffect.Write;
        switch (type.Kind)
        {
            case ReceiverKind.Struct: View(call, writes); break;
            case ReceiverKind.Static: Argument(call, 0, writes); break;

            // A constrained call on a type parameter: the receiver is an address, and may be one of a struct.
            case var _ when call.ReceiverIsAddress: call.Module.Skip(SkipReason.Unresolved); break;
            case ReceiverKind.Object when !type.IsOpen || call.Op.Code == Code.Call: Reference(call, 0, writes ? nameof(Hooks.CollectionWrite) : nameof(Hooks.CollectionRead), writes); break;
            default: Reference(call, 0, Dispatched(writes), writes); break;
        }
    }

    private static void Arguments(Invocation call, int first)
    {
        for (int i = first; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentType(i) is { } type && CollectionContract.Find(TypeFacts.Bare(type).GetElementType().FullName) is { IsPartial: false }) { Argument(call, i, writes: false); }
        }
    }

    /// <summary>An argument is handed to code of the framework, which calls its members by whatever it is.</summary>
    private static void Argument(Invocation call, int index, bool writes)
    {
        if (call.ArgumentType(index) is { IsValueType: false, IsGenericParameter: false, IsByReference: false, IsPointer: false }) { Reference(call, index, writes ? nameof(Hooks.CollectionWriteDispatched) : nameof(Hooks.CollectionEnumerated), writes); }
    }

    private static void Reference(Invocation call, int index, string hook, bool writes) => call.Before(Copies.Checked, hook, Site(call, index, writes), index);

    private static void View(Invocation call, bool writes)
    {
        if (call.ArgumentType(0) is not { } address || TypeFacts.Bare(address) is not ByReferenceType { ElementType: var view }) { call.Module.Skip(SkipReason.Unresolved); return; }
        int site = Site(call, 0, writes);
        call.Add(Copies.Checked, after: false, [0], w =>
        {
            w.Site(site);
            w.Emit(OpCodes.Call, call.Module.Hooks.Generic(writes ? nameof(Hooks.CollectionViewWrite) : nameof(Hooks.CollectionViewRead), view));
        });
    }

    private static string Dispatched(bool writes) => writes ? nameof(Hooks.CollectionWriteDispatched) : nameof(Hooks.CollectionReadDispatched);

    private static int Site(Invocation call, int index, bool writes) =>
        call.Site(writes ? SiteKind.CollectionWrite : SiteKind.CollectionRead, Member(call, call.Op.Inputs![index]));

    /// <summary>The field that the collection came from and the operation: <c>Bank._entries (List&lt;int&gt;.Add)</c>; only the operation where the origin is not known.</summary>
    private static string Member(Invocation call, StackEntry collection) =>
        CollectionOrigin.Of(call.Code, collection) is { } origin ? $"{origin} ({Operation(call)})" : Operation(call);

    private static string Operation(Invocation call)
    {
        string type = Names.Type(call.Method.DeclaringType.FullName == "System.Object" && call.Op.Inputs![0].Type is { } receiver ? TypeFacts.Bare(receiver) : call.Method.DeclaringType);
        return call.Name switch
        {
            ".ctor" => $"new {type}",
            "get_Item" or "set_Item" or "get_Chars" or "set_Chars" => $"{type}[]",
            var name when name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal) => $"{type}.{name[4..]}",
            var name => $"{type}.{name}",
        };
    }
}
