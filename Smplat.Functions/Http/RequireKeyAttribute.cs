namespace Smplat.Functions.Http;

/// <summary>The function answers only callers with a key of this scope.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequireKeyAttribute(KeyScope scope) : Attribute
{
    public KeyScope Scope { get; } = scope;
}
