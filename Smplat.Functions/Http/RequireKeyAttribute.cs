namespace Smplat.Functions.Http;

/// <summary>The functions of this class answer only callers with a key of this scope.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequireKeyAttribute(KeyScope scope) : Attribute
{
    public KeyScope Scope { get; } = scope;
}
