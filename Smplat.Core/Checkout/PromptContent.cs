using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Checkout;

/// <summary>Puts the signed resume link into a prompt at the moment of sending, so that it lies in no table.</summary>
public sealed class PromptContent(
    ResumeLinks links, IOptionsMonitor<CheckoutRecoveryOptions> options, TimeProvider clock) : IMessageContent
{
    public string Kind => MessageKinds.CheckoutRecoveryPrompt;

    public Task<JsonObject> CompleteAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        var expiresAt = clock.GetUtcNow() + TimeSpan.FromDays(options.CurrentValue.LinkDays);
        var link = links.For(
            PromptPayload.OrchestrationId(delivery.Payload), PromptPayload.Prompt(delivery.Payload), expiresAt);
        return Task.FromResult(new JsonObject { ["resume_url"] = link });
    }
}
