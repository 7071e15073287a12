namespace Smplat.Functions.Http;

/// <summary>Anonymous callers of the function are limited per address; callers with a key have a limit of their own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RateLimitAttribute(RateCategory category) : Attribute
{
    public RateCategory Category { get; } = category;
}
