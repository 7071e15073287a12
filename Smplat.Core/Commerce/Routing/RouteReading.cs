namespace Smplat.Core.Commerce.Routing;

/// <summary>What the body of a routing call turned out to be.</summary>
public abstract record RouteReading
{
    private RouteReading()
    {
    }

    public sealed record Order(RouteOrder Request) : RouteReading;

    public sealed record HealthCheck : RouteReading;

    public sealed record Refused(CommerceRefusal Refusal) : RouteReading;
}
