using Npgsql;
using Smplat.Core.Payments;

namespace Smplat.Core.Billing;

/// <summary>Hosted sessions move by the payment webhook, in the transaction that takes the event in.</summary>
public sealed class HostedEventListener(HostedEvents events) : IPaymentEventListener
{
    public Task<bool> OnEventAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        events.ApplyAsync(message.Type, message.Object, transaction, cancellationToken);
}
