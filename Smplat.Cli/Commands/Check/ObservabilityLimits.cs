namespace Smplat.Cli.Commands.Check;

/// <summary>What the check allows. A breach is strictly more than the limit.</summary>
/// <param name="CatalogZeroResultsRate">Share of searches without a result, looked at from <paramref name="CatalogMinSample"/> searches on.</param>
public sealed record ObservabilityLimits(
    long FulfillmentDeadLettered,
    long FulfillmentFailed,
    long CheckoutFailures,
    long WebhookFailures,
    double CatalogZeroResultsRate,
    long CatalogMinSample);
