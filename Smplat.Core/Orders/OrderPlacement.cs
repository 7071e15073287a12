using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
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
        UserId = fields.Guid("user_id", also: "userId"),
        Notes = fields.Text("notes", 0, 4000),
        LoyaltyProjectionPoints = fields.Integer("loyalty_projection_points", 0, also: "loyaltyProjectionPoints"),
    };
}

/// <summary>One line of the request.</summary>
public sealed record PlaceOrderItem
{
    public Guid? ProductId { get; init; }

    public required string ProductTitle { get; init; }

    public int Quantity { get; init; } = 1;

    public decimal UnitPrice { get; init; }

    public decimal TotalPrice { get; init; }

    public JsonElement? SelectedOptions { get; init; }

    public JsonElement? Attributes { get; init; }

    public JsonElement? PlatformContext { get; init; }

    public static PlaceOrderItem Read(Fields fields) => new()
    {
        ProductId = fields.Guid("product_id", also: "productId"),
        ProductTitle = fields.RequiredText("product_title", max: 300, also: "productTitle"),
        Quantity = fields.Integer("quantity", 1, 100_000) ?? 1,
        UnitPrice = fields.RequiredNumber("unit_price", 0, PlaceOrder.MaxPrice, also: "unitPrice"),
        TotalPrice = fields.RequiredNumber("total_price", 0, PlaceOrder.MaxPrice, also: "totalPrice"),
        SelectedOptions = fields.Object("selected_options", also: "selectedOptions"),
        Attributes = fields.Object("attributes"),
        PlatformContext = fields.Object("platform_context", also: "platformContext"),
    };
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

/// <summary>Places orders. A repeated request with the same idempotency key places one order.</summary>
public sealed class OrderPlacement(
    OrderStore orders, ProductStore products, TimeProvider clock, ILogger<OrderPlacement> logger)
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

        var wanted = command.Items.Select(item => item.ProductId).OfType<Guid>().Distinct().ToArray();
        if ((await products.ListByIdsAsync(wanted, cancellationToken)).Count < wanted.Length)
        {
            return new PlaceOrderOutcome.Refused(new ProductNotFound());
        }

        try
        {
            var order = await orders.InsertAsync(Draft(command), command.RequestKey, cancellationToken);
            OrdersLog.Placed(logger, order.Id, order.OrderNumber, order.Items.Count);
            return new PlaceOrderOutcome.Placed(order);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // A product that was deleted a moment ago, or a user that does not exist.
            return new PlaceOrderOutcome.Refused(
                exception.ConstraintName == "orders_user_id_fkey" ? new UserNotFound() : new ProductNotFound());
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

    /// <summary>A repeated request gets its order; a different request with the same key must not be taken for placed.</summary>
    private PlaceOrderOutcome AnswerRepeat(PlaceOrder command, Order placed)
    {
        var asked = Draft(command);
        return asked.Currency == placed.Currency && asked.UserId == placed.UserId
            && asked.Items.Select(Line).SequenceEqual(placed.Items.Select(Line))
                ? new PlaceOrderOutcome.PlacedBefore(placed)
                : new PlaceOrderOutcome.Refused(new IdempotencyKeyReused());
    }

    private static (Guid?, string, int, decimal, decimal) Line(OrderItem item) =>
        (item.ProductId, item.ProductTitle, item.Quantity, item.UnitPrice, item.TotalPrice);

    private static Refusal? Check(PlaceOrder command) =>
        command.Currency is not ("EUR" or "USD") ? new UnknownCurrency(command.Currency)
        : command.Source is not ("checkout" or "manual") ? new UnknownSource(command.Source)
        : command.Items.Sum(item => item.TotalPrice) > PlaceOrder.MaxPrice ? new AmountOutOfRange()
        : null;

    private Order Draft(PlaceOrder command)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        OrderItem[] items = [.. command.Items.Select((item, index) => Draft(item, index, id, now))];
        var subtotal = items.Sum(item => item.TotalPrice);
        return new()
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
            Items = items,
        };
    }

    private static OrderItem Draft(PlaceOrderItem item, int index, Guid orderId, DateTimeOffset now) => new()
    {
        // Ids sort in the order in which the lines were given, and lines are read in the order of their ids.
        Id = Guid.CreateVersion7(now.AddMilliseconds(index)),
        OrderId = orderId,
        ProductId = item.ProductId,
        ProductTitle = item.ProductTitle,
        Quantity = item.Quantity,
        UnitPrice = Cents(item.UnitPrice),
        TotalPrice = Cents(item.TotalPrice),
        SelectedOptions = item.SelectedOptions?.GetRawText(),
        Attributes = item.Attributes?.GetRawText(),
        PlatformContext = item.PlatformContext?.GetRawText(),
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>Rounded as the columns store it, so that the first answer and every later one are the same.</summary>
    private static decimal Cents(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}

public sealed record ProductNotFound() : NotFound("orders.product_not_found", "Product not found");

internal sealed record UserNotFound() : NotFound("orders.user_not_found", "User not found");

internal sealed record UnknownCurrency(string Currency)
    : Invalid("orders.unknown_currency", $"Unsupported currency {Currency}; EUR and USD are accepted.");

internal sealed record UnknownSource(string Source)
    : Invalid("orders.unknown_source", $"Unsupported source {Source}; checkout and manual are accepted.");

internal sealed record AmountOutOfRange()
    : Invalid("orders.amount_out_of_range", "The order's total is above 9999999999.99.");

internal sealed record IdempotencyKeyReused()
    : Conflict("orders.key_of_another_request", "This Idempotency-Key was already used to place an order with different content.");
