using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Ncsan.Cli.Applications;

/// <summary>What the metadata of an assembly says, without loading it.</summary>
internal static class AssemblyFacts
{
    /// <summary>The text of TargetFrameworkAttribute (<c>.NETCoreApp,Version=v10.0</c>), or empty.</summary>
    public static string TargetFramework(MetadataReader metadata)
    {
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (AttributeType(metadata, attribute) != "TargetFrameworkAttribute") { continue; }
            var value = metadata.GetBlobReader(attribute.Value);
            return value.ReadUInt16() == 1 ? value.ReadSerializedString() ?? "" : "";
        }

        return "";
    }

    /// <summary>The simple names of the assemblies that the one at <paramref name="path"/> refers to; null when it is no readable assembly.</summary>
    public static string[]? References(string path)
    {
        try
        {
            using var pe = new PEReader(File.OpenRead(path));
            if (!pe.HasMetadata) { return null; }
            var metadata = pe.GetMetadataReader();
            return metadata.IsAssembly ? [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))] : null;
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether an assembly refers to a type of this name.</summary>
    public static bool RefersToType(string path, string type)
    {
        try
        {
            using var pe = new PEReader(File.OpenRead(path));
            var metadata = pe.GetMetadataReader();
            return metadata.TypeReferences.Any(t => metadata.GetString(metadata.GetTypeReference(t).Name) == type);
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string AttributeType(MetadataReader metadata, CustomAttribute attribute) =>
        attribute.Constructor.Kind == HandleKind.MemberReference
        && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
            ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name)
            : "";
}
