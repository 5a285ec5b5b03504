using Mono.Cecil;

namespace Ncsan.Rewriter.Passes.Locks;

// Fields and properties that say themselves which class their locks belong to.
internal readonly partial record struct LockOrigin
{
    private const string AttributeName = "Ncsan.Annotations.LockClassAttribute";

    private static LockOrigin? Named(MethodCode code, FieldReference field) => Named(code.Module.Resolve(field));

    private static LockOrigin? Named(MethodReference called)
    {
        if (!called.Name.StartsWith("get_", StringComparison.Ordinal) || called.Resolve() is not { IsGetter: true } getter) { return null; }
        return Named(getter.DeclaringType.Properties.FirstOrDefault(property => property.GetMethod == getter));
    }

    private static LockOrigin? Named(ICustomAttributeProvider? member)
    {
        if (member is not { HasCustomAttributes: true }) { return null; }
        var attribute = member.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == AttributeName);
        return attribute?.ConstructorArguments is [{ Value: string { Length: > 0 } name }] && name.TrimStart('?') is { Length: > 0 } trimmed ? new(trimmed, false, IsNamed: true) : null;
    }
}
