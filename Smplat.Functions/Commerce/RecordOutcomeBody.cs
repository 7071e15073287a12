namespace Smplat.Functions.Commerce;

/// <summary>Body of a report, for the API document; snake_case names are read as well.</summary>
/// <param name="ActualDeliveryTime">Minutes.</param>
/// <param name="TotalValue">Dollars; left out, it is taken from the order.</param>
/// <param name="UserRating">1 to 5.</param>
public sealed record RecordOutcomeBody(
    string OrderId,
    string ProviderId,
    bool WasSuccessful,
    bool? WasCancelled,
    int? ActualDeliveryTime,
    int? ItemsDelivered,
    int ItemsOrdered,
    decimal? TotalValue,
    decimal? CommissionRate,
    int? UserRating,
    IReadOnlyList<string>? Issues)
{
    public const string Example =
        """{"orderId":"order_mealme_1772442000000_a1b2c3d4","providerId":"MEALME","wasSuccessful":true,"actualDeliveryTime":41,"itemsDelivered":3,"itemsOrdered":3,"totalValue":89.17,"commissionRate":0.03,"userRating":5}""";
}
