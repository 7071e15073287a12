using Smplat.Core.Orders;

namespace Smplat.Core.Payments.Checkout;

/// <summary>What the provider is asked for.</summary>
public sealed record SessionRequest(
    Guid PaymentId,
    Guid OrderId,
    string OrderNumber,
    string Currency,
    IReadOnlyList<SessionLine> Lines,
    string SuccessUrl,
    string CancelUrl,
    string? CustomerEmail)
{
    public decimal Amount => Lines.Sum(line => line.UnitCents * line.Quantity) / 100m;

    public static SessionRequest Of(Order order, Guid paymentId, StartCheckout command) => new(
        paymentId,
        order.Id,
        order.OrderNumber,
        order.Currency,
        [.. order.Items.Select(item => new SessionLine(
            item.ProductTitle, ToCents(item.UnitPrice), item.Quantity))],
        command.SuccessUrl,
        command.CancelUrl,
        string.IsNullOrWhiteSpace(command.CustomerEmail) ? null : command.CustomerEmail);

    private static long ToCents(decimal price) => (long)Math.Round(price * 100, MidpointRounding.AwayFromZero);
}

public sealed record SessionLine(string Name, long UnitCents, int Quantity);
