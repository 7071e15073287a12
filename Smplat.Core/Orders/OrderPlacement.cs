using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <summary>Makes orders.</summary>
public sealed class OrderPlacement(
    OrderStore orders, ProductStore products, TimeProvider clock, ILogger<OrderPlacement> logger)
{
    public async Task<PlaceOrderOutcome> PlaceAsync(PlaceOrder command, CancellationToken cancellationToken)
    {
        if (command.RequestKey is { } key && await orders.FindByRequestKeyAsync(key, cancellationToken) is { } before)
        {
            return Again(command, before);
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
            // A product that was there a moment ago, or a user that never was.
            return new PlaceOrderOutcome.Refused(
                exception.ConstraintName == "orders_user_id_fkey" ? new UserNotFound() : new ProductNotFound());
        }
        catch (PostgresException exception)
            when (exception.SqlState == PostgresErrorCodes.UniqueViolation && command.RequestKey is not null)
        {
            // The same key came in twice at once; the other call made the order.
            var made = await orders.FindByRequestKeyAsync(command.RequestKey, cancellationToken);
            return Again(
                command, made ?? throw new InvalidOperationException("An order clashed with one that does not exist.", exception));
        }
    }

    /// <summary>A repeated call gets its order; another request under the same key must not believe that it was placed.</summary>
    private PlaceOrderOutcome Again(PlaceOrder command, Order before)
    {
        var asked = Draft(command);
        return asked.Currency == before.Currency && asked.UserId == before.UserId
            && asked.Items.Select(Line).SequenceEqual(before.Items.Select(Line))
                ? new PlaceOrderOutcome.PlacedBefore(before)
                : new PlaceOrderOutcome.Refused(new KeyOfAnotherRequest());
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
        // Ids sort as the lines were given, and lines are read in the order of their ids.
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

    /// <summary>As the columns hold it, so that the first answer and every later one tell the same.</summary>
    private static decimal Cents(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}
