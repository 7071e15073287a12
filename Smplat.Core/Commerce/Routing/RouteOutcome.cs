namespace Smplat.Core.Commerce.Routing;

/// <summary>What came of a routing call.</summary>
public abstract record RouteOutcome(string RequestId)
{
    /// <summary>The decision is committed; the token is known to the caller alone.</summary>
    public sealed record Routed(string RequestId, RoutingDecision Decision, string Token, DateTimeOffset ExpiresAt)
        : RouteOutcome(RequestId);

    public sealed record Refused(string RequestId, CommerceRefusal Refusal) : RouteOutcome(RequestId);
}
