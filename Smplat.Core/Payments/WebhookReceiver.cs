using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Payments;

/// <summary>Receives the provider's webhooks: authorised by their signature over the raw bytes, counted, taken in.</summary>
public sealed class WebhookReceiver(
    EventIntake intake,
    ParkedEvents parked,
    PaymentTally tally,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<WebhookReceiver> logger)
{
    private const string SignatureError = "signature_error";

    public async Task<WebhookOutcome> ReceiveAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var secrets = options.CurrentValue.WebhookSecrets;
        if (secrets.Count == 0)
        {
            // Without a secret anybody could make a valid signature.
            tally.WebhookFailed(SignatureError, "STRIPE_WEBHOOK_SECRET is not set");
            return new WebhookOutcome.Refused(new StripeNotConfigured("STRIPE_WEBHOOK_SECRET"));
        }

        var now = clock.GetUtcNow();
        if (StripeSignature.Refuse(delivery.Signature, delivery.Body.Span, secrets, now) is { } why)
        {
            PaymentsLog.BadSignature(logger, why);
            tally.WebhookFailed(SignatureError, "signature_verification_failed");
            return new WebhookOutcome.Refused(new BadSignature());
        }

        if (StripeEvent.Read(delivery.Body, now) is not { } message)
        {
            tally.WebhookFailed("unknown", "unreadable_event");
            return new WebhookOutcome.Refused(new UnreadableEvent());
        }

        return await TakeAsync(message, delivery.DeliveryId, cancellationToken);
    }

    private async Task<WebhookOutcome> TakeAsync(StripeEvent message, string? deliveryId, CancellationToken cancellationToken)
    {
        try
        {
            var (result, known) = await intake.TakeAsync(message, cancellationToken);
            tally.WebhookProcessed(message.Type, deliveryId);
            await parked.ReplayAsync(known, cancellationToken);
            return new WebhookOutcome.Accepted(message.Type, result);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !DatabaseErrors.IsOutage(exception))
        {
            var problem = Redaction.Redact(exception.Message);
            PaymentsLog.EventFailed(logger, message.Id, message.Type, problem, exception);
            tally.WebhookFailed(message.Type, problem);
            return new WebhookOutcome.Failed(message.Type);
        }
    }
}

/// <summary>A delivery as it came over the wire.</summary>
/// <param name="Body">The raw bytes: the signature is over them.</param>
public sealed record WebhookDelivery(string Signature, ReadOnlyMemory<byte> Body, string? DeliveryId);
