using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Contracts.Model;
using CallSite = Ncsan.Contracts.Model.CallSite;

namespace Ncsan.Contracts.Il;

/// <summary>What the reports show: instructions, lines, listings, flow.</summary>
public sealed partial class IlFrontEnd
{
    /// <inheritdoc/>
    public FlowGraph Flow(Function function)
    {
        if (MethodOf(function) is not { HasBody: true } method) { return new FlowGraph([new FlowNode(FlowEvent.Return, 0, -1, [])]); }
        return Try(() => method.Body is { } body ? FlowBuilder.Build(body, function.Calls) : null)
            ?? new FlowGraph([new FlowNode(FlowEvent.None, 0, -1, [])], [], [$"the body of {function.Name} cannot be read"]);
    }

    // What a forged body breaks is its own display, not the run.
    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (IlWorld.IsBadImage(fault))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public string Instruction(Function function, CallSite site)
    {
        Instruction? at = MethodOf(function)?.Body?.Instructions.FirstOrDefault(i => i.Offset == site.Offset);
        if (at is null) { return $"IL_{site.Offset:x4}"; }
        string text = $"IL_{site.Offset:x4}: {Text(at)}";
        return CommentOf(site) is { } comment ? $"{text}  ; {comment}" : text;
    }

    /// <inheritdoc/>
    public string Location(Function function, int offset)
    {
        if (MethodOf(function) is not { Body: not null } method) { return function.Unit ?? function.Name; }
        SequencePoint? best = null;
        if (method.Role != AssemblyRole.Framework && Try(() => method.Definition.DebugInformation) is { HasSequencePoints: true } debug)
        {
            foreach (SequencePoint point in debug.SequencePoints)
            {
                if (!point.IsHidden && (point.Offset <= offset || best is null)) { best = point; }
            }
        }

        return best is not null ? string.Create(CultureInfo.InvariantCulture, $"{best.Document.Url}:{best.StartLine}")
            : $"{function.Unit}: {function.Name}";
    }

    /// <inheritdoc/>
    public IEnumerable<ListingLine> Listing(Function function)
    {
        if (MethodOf(function)?.Body is not { } body) { yield break; }
        foreach (Instruction instruction in body.Instructions)
        {
            yield return new ListingLine(instruction.Offset, Text(instruction), Comment(function, instruction));
        }
    }

    private IlMethod? MethodOf(Function function) => function.Id < _methods.Count && ReferenceEquals(Graph.Functions[function.Id], function) ? _methods[function.Id] : null;

    private string? Comment(Function function, Instruction instruction)
    {
        if (instruction.Operand is MemberReference { DeclaringType.FullName: Protection.HooksName }) { return "hook"; }
        if (instruction.Operand is MethodReference { DeclaringType.FullName: "Ncsan.Annotations.Instrumentation" } marker) { return marker.Name == "Begin" ? "region begins" : "region ends"; }
        var comments = function.Calls.Where(c => c.Offset == instruction.Offset).Select(CommentOf).OfType<string>().ToList();
        return comments.Count == 0 ? null : string.Join("; ", comments);
    }

    private string? CommentOf(CallSite site)
    {
        if (site.Target < 0 && site.Slot < 0) { return $"unresolved: {site.How}"; }
        if (site.Kind == CallKind.Implicit) { return $"{site.How}: {Graph.Functions[site.Target].Name}"; }
        return site.Slot < 0 ? null : Graph.Slots[site.Slot] is { Place: { } place } ? $"slot {place}" : null;
    }

    private static string Text(Instruction instruction) => Try(() => Format(instruction)) ?? $"{instruction.OpCode.Name} (operand cannot be read)";

    private static string Format(Instruction instruction)
    {
        string operand = instruction.Operand switch
        {
            null => "",
            MethodReference method => " " + (method.HasThis ? "instance " : "") + IlNames.Short(method.ReturnType) + " " + IlNames.Of(method),
            FieldReference field => $" {IlNames.Short(field.FieldType)} {IlNames.Of(field)}",
            TypeReference type => " " + IlNames.Full(type),
            Instruction target => $" IL_{target.Offset:x4}",
            Instruction[] targets => " (" + string.Join(", ", targets.Select(t => $"IL_{t.Offset:x4}")) + ")",
            string text => " \"" + text.ReplaceLineEndings("\\n") + "\"",
            VariableDefinition variable => string.Create(CultureInfo.InvariantCulture, $" {variable.Index}"),
            ParameterDefinition parameter => " " + (parameter.Name.Length > 0 ? parameter.Name : "this"),
            Mono.Cecil.CallSite site => $" {IlNames.Short(site.ReturnType)}({string.Join(", ", site.Parameters.Select(p => IlNames.Short(p.ParameterType)))})",
            IFormattable number => " " + number.ToString(null, CultureInfo.InvariantCulture),
            _ => " " + instruction.Operand,
        };
        return instruction.OpCode.Name + operand;
    }
}
