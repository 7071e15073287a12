using System.Globalization;

namespace Smplat.Cli.Commands.Check;

/// <summary>Which limits are broken, in the order in which the check looks.</summary>
public static class ObservabilityPolicy
{
    public static IEnumerable<string> Breaches(ObservabilityFigures figures, ObservabilityLimits limits) =>
        Judge(figures, limits).Where(judged => judged.IsBreach).Select(judged => judged.Text);

    /// <summary>Every figure that is judged, with its limit.</summary>
    public static IEnumerable<(string Text, bool IsBreach)> Judge(ObservabilityFigures figures, ObservabilityLimits limits)
    {
        yield return Count("fulfillment dead letters", figures.DeadLettered, limits.FulfillmentDeadLettered);
        yield return Count("fulfillment failures", figures.Failed, limits.FulfillmentFailed);
        if (figures.CheckoutFailures is { } checkout)
        {
            yield return Count("checkout failures", checkout, limits.CheckoutFailures);
        }

        if (figures.WebhookFailures is { } webhook)
        {
            yield return Count("webhook failures", webhook, limits.WebhookFailures);
        }

        if (figures.ZeroResultsRate is { } rate && figures.Searches >= limits.CatalogMinSample)
        {
            yield return (
                string.Create(CultureInfo.InvariantCulture, $"catalogue searches without a result: {rate:0.###} (limit {limits.CatalogZeroResultsRate:0.###})"),
                rate > limits.CatalogZeroResultsRate);
        }
    }

    private static (string Text, bool IsBreach) Count(string what, long count, long limit) =>
        (string.Create(CultureInfo.InvariantCulture, $"{what}: {count} (limit {limit})"), count > limit);

    /// <summary>Figures that are not judged, and why.</summary>
    public static IEnumerable<string> Notes(ObservabilityFigures figures, ObservabilityLimits limits)
    {
        if (figures.Searches is { } searches && searches < limits.CatalogMinSample)
        {
            yield return $"catalogue: insufficient_data, {searches} of {limits.CatalogMinSample} searches";
        }
    }
}
