namespace Smplat.Functions.Commerce;

/// <summary>
/// The primary form of a routing call, for the API document. Older clients' forms are read as well: <c>location</c> with
/// <c>zip</c>, and the snake_case form of tools.
/// </summary>
public sealed record RouteOrderBody(
    string? UserId,
    IReadOnlyList<RouteOrderBody.Item> Items,
    RouteOrderBody.Address ShippingAddress,
    RouteOrderBody.Wishes? Preferences,
    string? Action)
{
    public const string Example =
        """
        {"items":[{"id":"1","name":"Brown Rice","quantity":1,"unit":"bag"}],"shippingAddress":{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102","country":"US"},"preferences":{"optimize":"balanced"}}
        """;

    /// <param name="Quantity">Number, or text such as <c>1 lb</c>.</param>
    public sealed record Item(string? Id, string Name, decimal Quantity, string? Unit, long? PriceCents);

    public sealed record Address(string? Street, string City, string? State, string PostalCode, string? Country);

    /// <param name="Optimize"><c>balanced</c>, <c>price</c>, <c>speed</c>, <c>margin</c> or <c>availability</c>.</param>
    /// <param name="MaxDeliveryFee">Dollars.</param>
    /// <param name="MaxPrice">Dollars.</param>
    public sealed record Wishes(
        string? Optimize,
        int? MaxDeliveryMinutes,
        decimal? MaxDeliveryFee,
        decimal? MaxPrice,
        IReadOnlyList<string>? PreferredProviders,
        IReadOnlyList<string>? ExcludeProviders,
        bool? AllowSplitOrders,
        string? SplitStrategy);
}
