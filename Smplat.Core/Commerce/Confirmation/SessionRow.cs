namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Where a session stands, for those who may not claim it.</summary>
public sealed record SessionRow(
    Guid Id, string? UserId, string Status, string? ClaimKey, string? Result, DateTimeOffset ExpiresAt);
