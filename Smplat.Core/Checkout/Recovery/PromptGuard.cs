using Smplat.Core.Notifications;
using Smplat.Core.Notifications.Catalogue;

namespace Smplat.Core.Checkout.Recovery;

/// <summary>Keeps a recovery prompt back when its order was paid or cancelled since the prompt was written.</summary>
public sealed class PromptGuard(RecoveryStore store) : IMessageGuard
{
    public string Kind => MessageKinds.CheckoutRecoveryPrompt;

    public Task<string?> ObjectAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(PromptPayload.OrchestrationId(delivery.Payload), cancellationToken);
}
