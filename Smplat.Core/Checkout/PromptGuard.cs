using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Checkout;

/// <summary>Keeps a recovery prompt back when its order was paid or cancelled since the prompt was written.</summary>
public sealed class PromptGuard(RecoveryStore store) : IPreSendCheck
{
    public string Kind => MessageKinds.CheckoutRecoveryPrompt;

    public Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(PromptPayload.OrchestrationId(delivery.Payload), cancellationToken);
}
