namespace Smplat.Functions.Http;

/// <summary>Anonymous callers of the functions of this class are limited; keyed ones by their own setting.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RateLimitAttribute(RateCategory category) : Attribute
{
    public RateCategory Category { get; } = category;
}
