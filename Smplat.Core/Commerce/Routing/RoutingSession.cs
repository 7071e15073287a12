namespace Smplat.Core.Commerce.Routing;

/// <summary>A decision on its way into the database: what confirmation needs later, and nothing that it must not keep.</summary>
/// <param name="TokenHash">SHA-256 of the confirmation token.</param>
/// <param name="Quotes">JSON array of the quotes in rank order, winner first.</param>
/// <param name="Request">JSON of the basket and address, for asking again; it goes with the session when that is purged.</param>
/// <param name="RequestHash">Identity of the basket.</param>
/// <param name="Weights">JSON of the weights in effect.</param>
public sealed record RoutingSession(
    Guid Id,
    byte[] TokenHash,
    string RequestId,
    string? UserId,
    string WinnerProviderId,
    string Quotes,
    string Request,
    int ItemsCount,
    string RequestHash,
    string AddressHash,
    string Preference,
    string Weights,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt);
