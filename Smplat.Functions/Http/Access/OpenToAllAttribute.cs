namespace Smplat.Functions.Http.Access;

/// <summary>The functions of this class answer everybody, for the reason given.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OpenToAllAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;

    /// <summary>A caller who shows a key must show a right one; without it a key is not looked at.</summary>
    public bool RefuseWrongKey { get; init; }
}
