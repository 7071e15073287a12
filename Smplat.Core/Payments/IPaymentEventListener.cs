using Npgsql;

namespace Smplat.Core.Payments;

/// <summary>A feature that must act in the very transaction in which an event of the provider is taken in.</summary>
public interface IPaymentEventListener
{
    /// <summary>
    /// Called once for every event, whatever its type and also when no payment of ours is behind it. Database work only; an
    /// exception refuses the event, and the provider delivers it again.
    /// </summary>
    /// <returns>True when it is about something of the feature's own: no payment needs to turn up for it then.</returns>
    Task<bool> OnEventAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}
