using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Billing;

/// <summary>Keeps a payment reminder back when the invoice was paid, or the session completed, in the meantime.</summary>
public sealed class HostedGuard(HostedStore store) : IPreSendCheck
{
    public string Kind => MessageKinds.HostedSessionRecovery;

    public Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(delivery.Payload.GetProperty("hosted_session_id").GetGuid(), cancellationToken);
}
