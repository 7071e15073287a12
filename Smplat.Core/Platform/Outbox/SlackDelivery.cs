namespace Smplat.Core.Platform.Outbox;

/// <summary>Delivers one message to operators in Slack: subject and text of its kind's templates.</summary>
public sealed class SlackDelivery(
    MessageComposer composer, MessageGuards guards, SlackGateway gateway, Settlement settlement)
{
    private const int MaxLength = 3000;

    public async Task<DeliveryVerdict> DeliverAsync(
        ClaimedMessage message, SenderPass pass, CancellationToken cancellationToken)
    {
        if (MessageKinds.Find(message.Kind) is not { } kind)
        {
            return await settlement.SettleAsync(message, pass, new DeliveryOutcome.Rejected("There is no such kind of message."));
        }

        if (!gateway.IsOn(message.Recipient))
        {
            return await settlement.SuppressAsync(message, pass, SuppressionReason.SlackOff);
        }

        var delivery = message.ToDelivery();
        var rendered = await composer.ComposeAsync(kind, delivery, null, cancellationToken);
        if (await guards.ObjectAsync(delivery, cancellationToken) is { } objection)
        {
            return await settlement.SuppressAsync(message, pass, objection);
        }

        var outcome = await gateway.SendAsync(
            message.Recipient, Text(rendered), settlement.Mark(message, pass), cancellationToken);
        return await settlement.SettleAsync(message, pass, outcome);
    }

    /// <summary>Slack's three control characters, written so that no value can mention people or make links.</summary>
    private static string Text(RenderedMessage message)
    {
        var text = $"*{message.Subject}*\n{message.Text}"
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
        return text.Length <= MaxLength ? text : text[..MaxLength] + "…";
    }
}
