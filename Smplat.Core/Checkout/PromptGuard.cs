using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Checkout;

/// <summary>Keeps a recovery prompt back when its order was paid or cancelled since the prompt was written.</summary>
public sealed class PromptGuard(RecoveryStore store) : IMessageGuard
{
    public string Kind => MessageKinds.CheckoutRecoveryPrompt;

    public Task<string?> ObjectAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(PromptPayload.OrchestrationId(delivery.Payload), cancellationToken);
}
