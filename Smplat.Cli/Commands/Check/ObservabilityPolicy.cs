using System.Globalization;

namespace Smplat.Cli.Commands.Check;

/// <summary>Which limits are broken, in the order in which the check looks.</summary>
public static class ObservabilityPolicy
{
    public static IEnumerable<string> Breaches(ObservabilityFigures figures, ObservabilityLimits limits)
    {
        if (figures.DeadLettered > limits.FulfillmentDeadLettered)
        {
            yield return $"fulfillment dead letters: {figures.DeadLettered} (limit {limits.FulfillmentDeadLettered})";
        }

        if (figures.Failed > limits.FulfillmentFailed)
        {
            yield return $"fulfillment failures: {figures.Failed} (limit {limits.FulfillmentFailed})";
        }

        if (figures.CheckoutFailures > limits.CheckoutFailures)
        {
            yield return $"checkout failures: {figures.CheckoutFailures} (limit {limits.CheckoutFailures})";
        }

        if (figures.WebhookFailures > limits.WebhookFailures)
        {
            yield return $"webhook failures: {figures.WebhookFailures} (limit {limits.WebhookFailures})";
        }

        if (figures.Searches >= limits.CatalogMinSample && figures.ZeroResultsRate > limits.CatalogZeroResultsRate)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"catalogue searches without a result: {figures.ZeroResultsRate:0.###} (limit {limits.CatalogZeroResultsRate:0.###})");
        }
    }

    /// <summary>Figures that are not judged, and why.</summary>
    public static IEnumerable<string> Notes(ObservabilityFigures figures, ObservabilityLimits limits)
    {
        if (figures.Searches is { } searches && searches < limits.CatalogMinSample)
        {
            yield return $"catalogue: insufficient_data, {searches} of {limits.CatalogMinSample} searches";
        }
    }
}
