using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>The answer to a confirmation. Stored with the session, so that a repeated call is told the same.</summary>
public sealed record ConfirmAnswer
{
    public required bool Success { get; init; }

    public string? OrderId { get; init; }

    public IReadOnlyList<string>? OrderIds { get; init; }

    public IReadOnlyList<string>? TrackingUrls { get; init; }

    public DateTimeOffset? EstimatedDelivery { get; init; }

    public ProviderId? Provider { get; init; }

    public ProviderId? ProviderId => Provider;

    /// <summary>Set when the alternative delivered.</summary>
    public ProviderId? FailoverFrom { get; init; }

    public bool FailoverAttempted { get; init; }

    public required string Message { get; init; }

    public string? Error { get; init; }

    /// <summary><c>placed</c> when the provider has the order, <c>handoff</c> when the shopper goes on at its checkout.</summary>
    public ConfirmMode? Mode { get; init; }

    public string? CheckoutUrl { get; init; }

    /// <summary>The parts of a divided order, each with what became of it.</summary>
    public IReadOnlyList<ConfirmedPart>? Orders { get; init; }

    /// <summary>For PRICE_CHANGED: what the basket costs now. Confirming again with the same token accepts it.</summary>
    public QuoteTotals? Quote { get; init; }

    /// <summary>For PRICE_CHANGED: what it cost before.</summary>
    public long? PreviousTotalCents { get; init; }

    public static ConfirmAnswer Refused(string code, string message) =>
        new() { Success = false, Error = code, Message = message };
}
