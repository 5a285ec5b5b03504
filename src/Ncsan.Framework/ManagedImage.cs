using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Ncsan.Framework;

/// <summary>What is worth knowing of an assembly before it is rewritten.</summary>
/// <param name="CodeSize">How many bytes of IL it has; no more than as many sites are possible.</param>
internal readonly record struct ManagedImage(int CodeSize)
{
    /// <summary>Null when the file is no assembly.</summary>
    internal static ManagedImage? Of(string path)
    {
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        try
        {
            if (!image.HasMetadata) { return null; }
            var metadata = image.GetMetadataReader();
            int size = 0;
            foreach (var handle in metadata.MethodDefinitions)
            {
                var method = metadata.GetMethodDefinition(handle);
                if (method.RelativeVirtualAddress != 0 && (method.ImplAttributes & System.Reflection.MethodImplAttributes.CodeTypeMask) == 0) { size += image.GetMethodBody(method.RelativeVirtualAddress).Size; }
            }

            return new ManagedImage(size);
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }
}
