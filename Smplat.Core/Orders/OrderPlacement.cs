using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <summary>A request to place an order.</summary>
public sealed record PlaceOrder
{
    public const int MaxItems = 100;

    /// <summary>Above it the total of the items might not fit into the column.</summary>
    public const decimal MaxPrice = 9_999_999_999.99m;

    public required IReadOnlyList<PlaceOrderItem> Items { get; init; }

    public string Currency { get; init; } = "EUR";

    public string Source { get; init; } = "checkout";

    /// <summary>Where the order comes from; its products must be available there.</summary>
    public string Channel { get; init; } = ProductChannels.Storefront;

    public Guid? UserId { get; init; }

    public string? Notes { get; init; }

    public int? LoyaltyProjectionPoints { get; init; }

    /// <summary>The caller's idempotency key: a repeated request with the same key returns the order that the first one placed.</summary>
    public string? RequestKey { get; init; }

    public static PlaceOrder Read(Fields fields) => new()
    {
        Items = [.. fields.List("items", MaxItems, minCount: 1).Select(PlaceOrderItem.Read)],
        Currency = fields.Text("currency", 1, 10) ?? "EUR",
        Source = fields.Text("source", 1, 20) ?? "checkout",
        Channel = ProductChannels.ReadOne(fields, "channel") ?? ProductChannels.Storefront,
        UserId = fields.Guid("user_id", also: "userId"),
        Notes = fields.Text("notes", 0, 4000),
        LoyaltyProjectionPoints = fields.Integer("loyalty_projection_points", 0, also: "loyaltyProjectionPoints"),
    };
}

/// <summary>One line of the request.</summary>
public sealed record PlaceOrderItem
{
    public Guid? ProductId { get; init; }

    /// <summary>A bundle in the place of a product; it becomes a line for each of its products.</summary>
    public string? BundleSlug { get; init; }

    public required string ProductTitle { get; init; }

    public int Quantity { get; init; } = 1;

    public decimal UnitPrice { get; init; }

    public decimal TotalPrice { get; init; }

    public JsonElement? SelectedOptions { get; init; }

    public JsonElement? Attributes { get; init; }

    public JsonElement? PlatformContext { get; init; }

    public static PlaceOrderItem Read(Fields fields) => Check(fields, new()
    {
        ProductId = fields.Guid("product_id", also: "productId"),
        BundleSlug = fields.Text("bundle_slug", 1, 150, also: "bundleSlug"),
        ProductTitle = fields.RequiredText("product_title", max: 300, also: "productTitle"),
        Quantity = fields.Integer("quantity", 1, 100_000) ?? 1,
        UnitPrice = fields.RequiredNumber("unit_price", 0, PlaceOrder.MaxPrice, also: "unitPrice"),
        TotalPrice = fields.RequiredNumber("total_price", 0, PlaceOrder.MaxPrice, also: "totalPrice"),
        SelectedOptions = fields.Object("selected_options", also: "selectedOptions"),
        Attributes = fields.Object("attributes"),
        PlatformContext = fields.Object("platform_context", also: "platformContext"),
    });

    private static PlaceOrderItem Check(Fields fields, PlaceOrderItem item)
    {
        if (item.BundleSlug is not null && item.ProductId is not null)
        {
            fields.Error("bundle_slug", "A line is a product or a bundle: leave out product_id or bundle_slug.");
        }

        // Add-ons are ordered for a product; as part of every component they would be ordered several times.
        if (item.BundleSlug is not null && item.SelectedOptions is not null)
        {
            fields.Error("selected_options", "A bundle has no options of its own; order the product with its options as another line.");
        }

        return item;
    }
}

/// <summary>The outcome of a request to place an order.</summary>
public abstract record PlaceOrderOutcome
{
    private PlaceOrderOutcome()
    {
    }

    public sealed record Placed(Order Order) : PlaceOrderOutcome;

    /// <summary>An earlier request with the same key placed this order.</summary>
    public sealed record PlacedBefore(Order Order) : PlaceOrderOutcome;

    public sealed record Refused(Refusal Refusal) : PlaceOrderOutcome;
}

/// <summary>
/// Places orders. A repeated request with the same idempotency key places one order. Every product and bundle is available in
/// the order's channel at the moment at which the order is stored.
/// </summary>
public sealed class OrderPlacement(
    NpgsqlDataSource database, OrderStore orders, OrderCatalogs catalogs, TimeProvider clock, ILogger<OrderPlacement> logger)
{
    public async Task<PlaceOrderOutcome> PlaceAsync(PlaceOrder command, CancellationToken cancellationToken)
    {
        if (command.RequestKey is { } key && await orders.FindByRequestKeyAsync(key, cancellationToken) is { } before)
        {
            return AnswerRepeat(command, before);
        }

        if (Check(command) is { } refusal)
        {
            return new PlaceOrderOutcome.Refused(refusal);
        }

        try
        {
            return await StoreAsync(command, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return new PlaceOrderOutcome.Refused(new UserNotFound());
        }
        catch (PostgresException exception)
            when (exception.SqlState == PostgresErrorCodes.UniqueViolation && command.RequestKey is not null)
        {
            // Two requests with the same key ran concurrently; the other one placed the order.
            var made = await orders.FindByRequestKeyAsync(command.RequestKey, cancellationToken);
            return AnswerRepeat(
                command, made ?? throw new InvalidOperationException("An order conflicted with one that does not exist.", exception));
        }
    }

    private static Refusal? Check(PlaceOrder command) =>
        command.Currency is not ("EUR" or "USD") ? new UnknownCurrency(command.Currency)
        : command.Source is not ("checkout" or "manual") ? new UnknownSource(command.Source)
        : command.Items.Sum(item => item.TotalPrice) > PlaceOrder.MaxPrice ? new AmountOutOfRange()
        : null;

    private async Task<PlaceOrderOutcome> StoreAsync(PlaceOrder command, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (catalog, missing) = await catalogs.LockAsync(
            [.. command.Items.Select(item => item.ProductId).OfType<Guid>().Distinct()],
            [.. command.Items.Select(item => item.BundleSlug).OfType<string>().Distinct()],
            command.Channel,
            transaction,
            cancellationToken);
        if (catalog is null)
        {
            return new PlaceOrderOutcome.Refused(missing!);
        }

        var (draft, refusal) = Draft(command, catalog);
        if (draft is null)
        {
            return new PlaceOrderOutcome.Refused(refusal!);
        }

        var order = await orders.InsertAsync(draft, command.RequestKey, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        OrdersLog.Placed(logger, order.Id, order.OrderNumber, order.Items.Count);
        return new PlaceOrderOutcome.Placed(order);
    }

    /// <summary>A repeated request gets its order; a different request with the same key must not be taken for placed.</summary>
    private static PlaceOrderOutcome AnswerRepeat(PlaceOrder command, Order placed) =>
        command.Currency == placed.Currency && command.UserId == placed.UserId
            && command.Items.Select(RequestedLine.From).SequenceEqual(RequestedLine.From(placed))
                ? new PlaceOrderOutcome.PlacedBefore(placed)
                : new PlaceOrderOutcome.Refused(new IdempotencyKeyReused());

    private (Order? Draft, Refusal? Refusal) Draft(PlaceOrder command, OrderCatalog catalog)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var items = new List<OrderItem>();
        foreach (var (index, item) in command.Items.Index())
        {
            if (item.BundleSlug is null)
            {
                items.Add(Draft(item));
            }
            else if (OrderedBundle.Divide(item, index, command.Currency, catalog, items) is { } refusal)
            {
                return (null, refusal);
            }
        }

        // Ids sort in the order in which the lines were given, and lines are read in the order of their ids.
        OrderItem[] numbered =
        [
            .. items.Select((item, index) => item with
            {
                Id = Guid.CreateVersion7(now.AddMilliseconds(index)),
                OrderId = id,
                CreatedAt = now,
                UpdatedAt = now,
            }),
        ];
        var subtotal = numbered.Sum(item => item.TotalPrice);
        return (
            new()
            {
                Id = id,
                OrderNumber = "",
                UserId = command.UserId,
                Status = OrderStatus.Pending,
                Source = command.Source,
                Subtotal = subtotal,
                Total = subtotal,
                Currency = command.Currency,
                LoyaltyProjectionPoints = command.LoyaltyProjectionPoints,
                Notes = command.Notes,
                CreatedAt = now,
                UpdatedAt = now,
                Items = numbered,
            },
            null);
    }

    private static OrderItem Draft(PlaceOrderItem item) => new()
    {
        Id = default,
        OrderId = default,
        ProductId = item.ProductId,
        ProductTitle = item.ProductTitle,
        Quantity = item.Quantity,
        UnitPrice = RequestedLine.Cents(item.UnitPrice),
        TotalPrice = RequestedLine.Cents(item.TotalPrice),
        SelectedOptions = item.SelectedOptions?.GetRawText(),
        Attributes = item.Attributes?.GetRawText(),
        PlatformContext = item.PlatformContext?.GetRawText(),
    };
}

/// <summary>A bundle in an order: one line of the request, and a stored line for each of its products.</summary>
internal static class OrderedBundle
{
    /// <summary>
    /// Adds a line for each product of the bundle. Their totals add up to the bundle's price to the cent; a unit price is its
    /// rounded share.
    /// </summary>
    /// <returns>Why the line cannot be ordered; null when its lines were added.</returns>
    public static Refusal? Divide(PlaceOrderItem item, int index, string currency, OrderCatalog catalog, List<OrderItem> items)
    {
        var (price, title) = catalog.PriceOf(item.BundleSlug!);
        if (price.Currency != currency)
        {
            return new BundleInOtherCurrency(item.BundleSlug!, price.Currency, currency);
        }

        if (item.UnitPrice != price.Price || item.TotalPrice != price.Price * item.Quantity)
        {
            return new BundlePriceDiffers(item.BundleSlug!, price.Price, price.Price * item.Quantity);
        }

        if (catalog.Expand(item.BundleSlug!, item.Quantity) is not { } parts)
        {
            return new TooManyUnits(item.BundleSlug!);
        }

        var bundle = new JsonObject
        {
            ["slug"] = item.BundleSlug,
            ["title"] = title,
            ["line"] = index,
            ["line_title"] = item.ProductTitle,
            ["quantity"] = item.Quantity,
            ["unit_price"] = item.UnitPrice,
            ["total_price"] = item.TotalPrice,
        }.ToJsonString();
        items.AddRange(parts.Select(part => new OrderItem
        {
            Id = default,
            OrderId = default,
            ProductId = part.Product.Id,
            ProductTitle = part.Product.Title,
            Quantity = part.Quantity,
            UnitPrice = RequestedLine.Cents(part.Price / part.Quantity),
            TotalPrice = part.Price,
            Attributes = item.Attributes?.GetRawText(),
            PlatformContext = item.PlatformContext?.GetRawText(),
            Bundle = bundle,
        }));
        return null;
    }
}

/// <summary>A line as it was asked for; the lines of a bundle count as the one that they come from.</summary>
internal sealed record RequestedLine(Guid? ProductId, string? BundleSlug, string Title, int Quantity, decimal UnitPrice, decimal TotalPrice)
{
    public static RequestedLine From(PlaceOrderItem item) => new(
        item.ProductId, item.BundleSlug, item.ProductTitle, item.Quantity, Cents(item.UnitPrice), Cents(item.TotalPrice));

    public static IEnumerable<RequestedLine> From(Order order)
    {
        var last = -1;
        foreach (var item in order.Items)
        {
            if (item.Bundle is not { } json)
            {
                yield return new(item.ProductId, null, item.ProductTitle, item.Quantity, item.UnitPrice, item.TotalPrice);
                continue;
            }

            var bundle = JsonNode.Parse(json)!;
            if (bundle["line"]!.GetValue<int>() is var line && line != last)
            {
                last = line;
                yield return new(
                    null,
                    bundle["slug"]!.GetValue<string>(),
                    bundle["line_title"]!.GetValue<string>(),
                    bundle["quantity"]!.GetValue<int>(),
                    bundle["unit_price"]!.GetValue<decimal>(),
                    bundle["total_price"]!.GetValue<decimal>());
            }
        }
    }

    /// <summary>Rounded as the columns store it, so that the first answer and every later one are the same.</summary>
    public static decimal Cents(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}

internal sealed record UserNotFound() : NotFound("orders.user_not_found", "User not found");

internal sealed record UnknownCurrency(string Currency)
    : Invalid("orders.unknown_currency", $"Unsupported currency {Currency}; EUR and USD are accepted.");

internal sealed record UnknownSource(string Source)
    : Invalid("orders.unknown_source", $"Unsupported source {Source}; checkout and manual are accepted.");

internal sealed record AmountOutOfRange()
    : Invalid("orders.amount_out_of_range", "The order's total is above 9999999999.99.");

internal sealed record IdempotencyKeyReused()
    : Conflict("orders.key_of_another_request", "This Idempotency-Key was already used to place an order with different content.");

internal sealed record BundleInOtherCurrency(string Slug, string Currency, string Wanted)
    : Invalid("orders.bundle_in_other_currency", $"Bundle {Slug} is priced in {Currency}, and the order is in {Wanted}.");

internal sealed record BundlePriceDiffers(string Slug, decimal UnitPrice, decimal TotalPrice) : Conflict(
    "orders.bundle_price_differs",
    string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"Bundle {Slug} costs {UnitPrice} each and {TotalPrice} together now; show that price and place the order again."));

internal sealed record TooManyUnits(string Slug) : Invalid("orders.too_many_units", $"So many of bundle {Slug} do not fit into one line.");
