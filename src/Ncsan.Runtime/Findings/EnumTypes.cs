using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;

namespace Ncsan.Runtime.Findings;

/// <summary>The enums that members are of, read from the metadata of what is loaded: asking the runtime for a type may load others, and who does that can hear of it. For the reporter thread only.</summary>
internal static unsafe class EnumTypes
{
    private static readonly Dictionary<string, EnumType?> s_found = new(StringComparer.Ordinal);

    /// <summary>The enum that is written so, or null when there is none or there are several.</summary>
    /// <param name="type">Its name with those of the types around it: <c>Account.State</c>.</param>
    /// <param name="user">A module that uses it.</param>
    internal static EnumType? Find(string type, Module? user)
    {
        if (type.Length == 0 || user is null) { return null; }
        string key = $"{user.ModuleVersionId:n} {type}";
        if (!s_found.TryGetValue(key, out EnumType? found)) { s_found.Add(key, found = Search(WithoutArguments(type), user)); }
        return found;
    }

    private static EnumType? Search(string type, Module user)
    {
        try
        {
            if (ReaderOf(user.Assembly) is not { } metadata) { return null; }
            return Declared(metadata, type, space: null) ?? Referenced(metadata, type);
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }

    private static EnumType? Declared(MetadataReader metadata, string type, string? space)
    {
        EnumType? found = null;
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition definition = metadata.GetTypeDefinition(handle);
            if (!IsEnum(metadata, definition.BaseType) || Name(metadata, handle, out string holder) != type || (space is not null && space != holder)) { continue; }
            if (found is not null) { return null; }
            found = Read(metadata, definition);
        }

        return found;
    }

    /// <summary>One that another assembly declares, if that is loaded under the name that is referred to, or in the core library that most of the framework's are in.</summary>
    private static EnumType? Referenced(MetadataReader metadata, string type)
    {
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            TypeReference reference = metadata.GetTypeReference(handle);
            if (Name(metadata, handle, out AssemblyReferenceHandle scope, out string space) != type || scope.IsNil) { continue; }
            string assembly = metadata.GetString(metadata.GetAssemblyReference(scope).Name);
            return Candidates(assembly).Select(a => ReaderOf(a) is { } reader ? Declared(reader, type, space) : null).FirstOrDefault(static e => e is not null);
        }

        return null;
    }

    private static IEnumerable<Assembly> Candidates(string name) => AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic && a.GetName().Name == name).Append(typeof(object).Assembly);

    private static MetadataReader? ReaderOf(Assembly assembly) => assembly.TryGetRawMetadata(out byte* blob, out int length) ? new MetadataReader(blob, length) : null;

    private static bool IsEnum(MetadataReader metadata, EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => metadata.GetTypeReference((TypeReferenceHandle)type) is var r && metadata.StringComparer.Equals(r.Name, "Enum") && metadata.StringComparer.Equals(r.Namespace, "System"),
        HandleKind.TypeDefinition when !type.IsNil => metadata.GetTypeDefinition((TypeDefinitionHandle)type) is var d && metadata.StringComparer.Equals(d.Name, "Enum") && metadata.StringComparer.Equals(d.Namespace, "System"),
        _ => false,
    };

    private static EnumType Read(MetadataReader metadata, TypeDefinition type)
    {
        var names = new List<(ulong, string)>();
        var code = PrimitiveTypeCode.Int32;
        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            FieldDefinition field = metadata.GetFieldDefinition(handle);
            if ((field.Attributes & FieldAttributes.Static) == 0)
            {
                BlobReader signature = metadata.GetBlobReader(field.Signature);
                signature.ReadSignatureHeader();
                code = (PrimitiveTypeCode)signature.ReadCompressedInteger();
            }
            else if (field.GetDefaultValue() is { IsNil: false } value)
            {
                names.Add((ValueText.Bits(metadata.GetBlobBytes(metadata.GetConstant(value).Value)), metadata.GetString(field.Name)));
            }
        }

        return new EnumType(code, HasFlags(metadata, type), names);
    }

    private static bool HasFlags(MetadataReader metadata, TypeDefinition type)
    {
        foreach (CustomAttributeHandle attribute in type.GetCustomAttributes())
        {
            if (metadata.GetCustomAttribute(attribute).Constructor is { Kind: HandleKind.MemberReference } constructor
                && metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent
                && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)parent).Name, nameof(FlagsAttribute))) { return true; }
        }

        return false;
    }

    /// <summary><c>Account.State</c> of a nested type, with the namespace of the outermost.</summary>
    private static string Name(MetadataReader metadata, TypeDefinitionHandle handle, out string space)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = WithoutArity(metadata.GetString(type.Name));
        space = metadata.GetString(type.Namespace);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{Name(metadata, outer, out space)}.{name}" : name;
    }

    private static string Name(MetadataReader metadata, TypeReferenceHandle handle, out AssemblyReferenceHandle scope, out string space)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = WithoutArity(metadata.GetString(type.Name));
        (scope, space) = (type.ResolutionScope.Kind == HandleKind.AssemblyReference ? (AssemblyReferenceHandle)type.ResolutionScope : default, metadata.GetString(type.Namespace));
        return type.ResolutionScope is { Kind: HandleKind.TypeReference } outer ? $"{Name(metadata, (TypeReferenceHandle)outer, out scope, out space)}.{name}" : name;
    }

    private static string WithoutArity(string name) => name.Split('`')[0];

    /// <summary>An enum within a generic type has the arguments of that in its name.</summary>
    private static string WithoutArguments(string type)
    {
        var name = new System.Text.StringBuilder();
        int depth = 0;
        foreach (char c in type)
        {
            if (c == '<') { depth++; }
            else if (c == '>') { depth--; }
            else if (depth == 0) { name.Append(c); }
        }

        return name.ToString();
    }
}

/// <summary>The values of an enum.</summary>
/// <param name="Code">The type under it.</param>
/// <param name="IsFlags">Its values are put together of others.</param>
/// <param name="Names">What its values are called.</param>
internal sealed record EnumType(PrimitiveTypeCode Code, bool IsFlags, IReadOnlyList<(ulong Value, string Name)> Names)
{
    internal int Size => Code switch
    {
        PrimitiveTypeCode.SByte or PrimitiveTypeCode.Byte or PrimitiveTypeCode.Boolean => 1,
        PrimitiveTypeCode.Int16 or PrimitiveTypeCode.UInt16 or PrimitiveTypeCode.Char => 2,
        PrimitiveTypeCode.Int32 or PrimitiveTypeCode.UInt32 => 4,
        _ => 8,
    };

    /// <summary>The name of a value, or the names that make it up; else its number.</summary>
    internal string Text(ulong bits)
    {
        if (Names.FirstOrDefault(n => n.Value == bits) is { Name: { } exact }) { return exact; }
        (ulong Value, string Name)[] parts = IsFlags && bits != 0 ? [.. Names.Where(n => n.Value != 0 && (bits & n.Value) == n.Value)] : [];
        if (parts.Aggregate(0UL, static (all, n) => all | n.Value) == bits && parts.Length > 0) { return string.Join(" | ", parts.Select(static n => n.Name)); }
        return Code is PrimitiveTypeCode.SByte or PrimitiveTypeCode.Int16 or PrimitiveTypeCode.Int32 or PrimitiveTypeCode.Int64
            ? ((long)(bits << (64 - (8 * Size))) >> (64 - (8 * Size))).ToString(CultureInfo.InvariantCulture)
            : bits.ToString(CultureInfo.InvariantCulture);
    }
}
