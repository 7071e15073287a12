using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Smplat.Tests.Architecture;

/// <summary>Reads from a compiled assembly which types and members of other assemblies' namespaces it uses.</summary>
internal static class OfficialSurface
{
    /// <summary>Types as <c>Namespace.Type</c>, members as <c>Namespace.Type.Member</c>.</summary>
    public static IReadOnlySet<string> UsedBy(string assembly, string referenced)
    {
        using var file = File.OpenRead(assembly);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var types = metadata.TypeReferences.Where(handle => AssemblyOf(metadata, handle) == referenced)
            .ToDictionary(handle => handle, handle => NameOf(metadata, handle));
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Select(member => (Type: DeclaringType(metadata, member.Parent), Name: metadata.GetString(member.Name)))
            .Where(member => member.Type is { } type && types.ContainsKey(type))
            .Select(member => $"{types[member.Type!.Value]}.{member.Name}");
        return types.Values.Concat(members).ToImmutableSortedSet(StringComparer.Ordinal);
    }

    private static string? AssemblyOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var scope = metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            HandleKind.TypeReference => AssemblyOf(metadata, (TypeReferenceHandle)scope),
            _ => null,
        };
    }

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    private static TypeReferenceHandle? DeclaringType(MetadataReader metadata, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => (TypeReferenceHandle)parent,
        HandleKind.TypeSpecification => GenericType(metadata, (TypeSpecificationHandle)parent),
        _ => null,
    };

    /// <summary>The open type of a constructed generic one.</summary>
    private static TypeReferenceHandle? GenericType(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        // Class or value type comes first, then the type itself.
        signature.ReadCompressedInteger();
        var type = signature.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type : null;
    }
}
