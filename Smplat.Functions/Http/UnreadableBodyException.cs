namespace Smplat.Functions.Http;

/// <summary>A body that cannot be taken in at all: too large, in an unknown encoding, or broken off.</summary>
public sealed class UnreadableBodyException(ErrorKind kind, string message, int? maxSize = null) : Exception(message)
{
    public ErrorKind Kind { get; } = kind;

    /// <summary>The limit in bytes, when it was exceeded.</summary>
    public int? MaxSize { get; } = maxSize;
}
