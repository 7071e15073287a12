namespace Smplat.Functions.Http;

/// <summary>The function answers everybody, for the reason given.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToAllAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;

    /// <summary>A caller who shows a key must show a right one; without it a key is not looked at.</summary>
    public bool RefuseWrongKey { get; init; }

    /// <summary>The header with the signature or secret that authorises the caller in a key's place; null when none is asked for.</summary>
    public string? Signature { get; init; }
}
