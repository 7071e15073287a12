using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Delivers one claimed message by its channel, in a span that goes on from the change that caused it.</summary>
public sealed class MessageDelivery(MailDelivery mail, SlackDelivery slack, Settlement settlement)
{
    public async Task<DeliveryVerdict> DeliverAsync(
        ClaimedMessage message, SenderPass pass, CancellationToken cancellationToken)
    {
        if (pass.Away.TryGetValue(message.Channel, out var error))
        {
            return await settlement.SettleAsync(message, pass, new DeliveryOutcome.ReceiverAway(error));
        }

        using var activity = SmplatTelemetry.StartMessage("deliver", message.Kind, message.Id, message.Traceparent);
        activity?.SetTag("smplat.channel", message.Channel);
        try
        {
            var verdict = await ByChannelAsync(message, pass, cancellationToken);
            if (verdict is DeliveryVerdict.Retrying or DeliveryVerdict.Dead or DeliveryVerdict.Waiting)
            {
                activity.Fail(verdict.ToString());
            }

            return verdict;
        }
        catch (Exception exception) when (!DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            // One message that cannot be rendered must not stop the others.
            activity.Fail(exception);
            var failure = Redaction.Redact($"{exception.GetType().Name}: {exception.Message}");
            return await settlement.SettleAsync(message, pass, new DeliveryOutcome.Failed(failure));
        }
    }

    private Task<DeliveryVerdict> ByChannelAsync(
        ClaimedMessage message, SenderPass pass, CancellationToken cancellationToken) => message.Channel switch
        {
            OutboxChannel.Email => mail.DeliverAsync(message, pass, cancellationToken),
            OutboxChannel.Slack => slack.DeliverAsync(message, pass, cancellationToken),
            var other => settlement.SettleAsync(message, pass, new DeliveryOutcome.Rejected($"Nothing delivers by {other}.")),
        };
}
