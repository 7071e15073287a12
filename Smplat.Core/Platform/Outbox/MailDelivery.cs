using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Delivers one mail: may it go, what does it say, does it still hold, and out.</summary>
public sealed class MailDelivery(
    AdmissionStore admission,
    MessageComposer composer,
    MessageGuards guards,
    MailWriter writer,
    MailGateways gateways,
    BounceRecords bounces,
    Settlement settlement,
    IOptionsMonitor<NotificationOptions> options,
    TimeProvider clock)
{
    public async Task<DeliveryVerdict> DeliverAsync(
        ClaimedMessage message, SenderPass pass, CancellationToken cancellationToken)
    {
        if (MessageKinds.Find(message.Kind) is not { } kind)
        {
            return await settlement.SettleAsync(message, pass, new DeliveryOutcome.Rejected("There is no such kind of mail."));
        }

        if (gateways.Choose() is not { } gateway)
        {
            return await settlement.SuppressAsync(message, pass, SuppressionReason.MailOff);
        }

        var now = clock.GetUtcNow();
        var isPersonal = message.Recipient is null || message.UserId is not null;
        if (await admission.DecideAsync(
            message,
            pass.Owner,
            now,
            settlement.LeaseEnd,
            facts => AdmissionPolicy.Decide(kind, isPersonal, facts, options.CurrentValue, now),
            cancellationToken) is not var (facts, verdict))
        {
            return await settlement.SettleAsync(message, pass, new DeliveryOutcome.LeaseLost());
        }

        return verdict switch
        {
            AdmissionVerdict.Suppressed suppressed => await settlement.SuppressAsync(message, pass, suppressed.Reason),
            AdmissionVerdict.Deferred deferred => await settlement.DeferAsync(message, pass, deferred.Until, deferred.Reason),
            _ => await SendAsync(message, kind, facts, gateway, pass, cancellationToken),
        };
    }

    private async Task<DeliveryVerdict> SendAsync(
        ClaimedMessage message,
        MessageKind kind,
        AdmissionFacts facts,
        IMailGateway gateway,
        SenderPass pass,
        CancellationToken cancellationToken)
    {
        var delivery = message.ToDelivery();
        var rendered = await composer.ComposeAsync(kind, delivery, facts.Person, cancellationToken);
        var mail = writer.Write(
            rendered,
            message.Kind,
            message.IdempotencyKey,
            new(facts.Address!, facts.Person?.DisplayName),
            gateway.Sender,
            clock.GetUtcNow());

        // The very last question, so that a mail that has lost its reason in the meantime stays here.
        if (await guards.ObjectAsync(delivery, cancellationToken) is { } objection)
        {
            return await settlement.SuppressAsync(message, pass, objection);
        }

        var outcome = await gateway.SendAsync(mail, settlement.Mark(message, pass), cancellationToken);
        if (outcome is DeliveryOutcome.Rejected { IsBadAddress: true } rejected)
        {
            await bounces.RecordAsync(
                new(facts.Address!, BounceKind.Hard, rejected.Error, mail.MessageId, clock.GetUtcNow()), "smtp", CancellationToken.None);
        }

        return await settlement.SettleAsync(message, pass, outcome);
    }
}
