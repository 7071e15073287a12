using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Fulfillment;

/// <summary>Begins with an order when its payment has come. Repeating it finds the order begun and does nothing.</summary>
public sealed class KickoffHandler(FulfillmentKickoff kickoff) : IOutboxHandler
{
    public string Kind => OrderPaid.Kind;

    public Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        kickoff.RunAsync(OrderPaid.OrderIdOf(delivery.Payload), cancellationToken);
}
