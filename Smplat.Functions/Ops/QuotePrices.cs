namespace Smplat.Functions.Ops;

/// <summary>What one quote is reckoned to cost, as the commerce runbook and the Grafana dashboards reckon.</summary>
internal static class QuotePrices
{
    private const decimal AggregatorCents = 0.1m;
    private const decimal DirectCents = 0.2m;

    internal static decimal CentsOf(string providerId) => providerId is "MEALME" or "INSTACART" ? AggregatorCents : DirectCents;
}
