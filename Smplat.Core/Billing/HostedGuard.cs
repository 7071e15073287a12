using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Billing;

/// <summary>Keeps a payment reminder back when the invoice was paid, or the session completed, in the meantime.</summary>
public sealed class HostedGuard(HostedSessionStore store) : IMessageGuard
{
    public string Kind => MessageKinds.HostedSessionRecovery;

    public Task<string?> ObjectAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(delivery.Payload.GetProperty("hosted_session_id").GetGuid(), cancellationToken);
}
