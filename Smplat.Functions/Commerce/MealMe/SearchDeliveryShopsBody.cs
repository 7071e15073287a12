namespace Smplat.Functions.Commerce.MealMe;

/// <param name="Mode"><c>groceries</c> (default) or <c>restaurants</c>.</param>
/// <param name="Limit">1 to 100, 20 when absent.</param>
public sealed record SearchDeliveryShopsBody(decimal Latitude, decimal Longitude, string? Query, string? Mode, int? Limit)
{
    public const string Example =
        """
        {"latitude":37.7786,"longitude":-122.3918,"query":"market","mode":"groceries","limit":5}
        """;
}
