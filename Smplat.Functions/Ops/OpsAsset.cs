using System.Reflection;
using System.Security.Cryptography;

namespace Smplat.Functions.Ops;

/// <summary>A file of the page, embedded in this assembly and addressed by its content.</summary>
public sealed record OpsAsset(string Name, string ContentType, byte[] Bytes, string Hash)
{
    public string Href => $"/ops/assets/{Name}?v={Hash}";

    public string ETag => $"\"{Hash}\"";

    public static OpsAsset Read(string name, string contentType)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.ToArray();
        return new(name, contentType, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8)));
    }
}
