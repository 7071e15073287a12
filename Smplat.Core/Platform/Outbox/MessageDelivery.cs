using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Delivers one claimed message through its channel, in a span that continues the trace of the change that caused it. A
/// message that cannot be delivered never stops the others; only an outage of our own database ends the run.
/// </summary>
public sealed class MessageDelivery(MailDelivery mail, SlackDelivery slack, DeliveryRecorder recorder)
{
    public async Task<DeliveryVerdict> DeliverAsync(
        ClaimedMessage message, DeliveryRun run, CancellationToken cancellationToken)
    {
        if (run.Unavailable.TryGetValue(message.Channel, out var error))
        {
            return await recorder.RecordAsync(message, run, new DeliveryOutcome.ReceiverUnavailable(error));
        }

        using var activity = SmplatTelemetry.StartMessage("deliver", message.Kind, message.Id, message.Traceparent);
        activity?.SetTag("smplat.channel", message.Channel);
        try
        {
            var verdict = await ByChannelAsync(message, run, cancellationToken);
            if (verdict is DeliveryVerdict.Retrying or DeliveryVerdict.Dead or DeliveryVerdict.Waiting)
            {
                activity.Fail(verdict.ToString());
            }

            return verdict;
        }
        catch (Exception exception) when (!DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            // For example a message that cannot be rendered.
            activity.Fail(exception);
            var failure = Redaction.Redact($"{exception.GetType().Name}: {exception.Message}");
            return await recorder.RecordAsync(message, run, new DeliveryOutcome.Failed(failure));
        }
    }

    private Task<DeliveryVerdict> ByChannelAsync(
        ClaimedMessage message, DeliveryRun run, CancellationToken cancellationToken) => message.Channel switch
        {
            OutboxChannel.Email => mail.DeliverAsync(message, run, cancellationToken),
            OutboxChannel.Slack => slack.DeliverAsync(message, run, cancellationToken),
            var other => recorder.RecordAsync(message, run, new DeliveryOutcome.Rejected($"There is no channel {other}.")),
        };
}

/// <summary>Delivers one mail: decides on admission, composes and renders it, runs the pre-send check, and sends it.</summary>
public sealed class MailDelivery(
    MessageCatalog kinds,
    Admission admission,
    MessageComposer composer,
    PreSendChecks checks,
    MailSender sender,
    BounceOperations bounces,
    DeliveryRecorder recorder)
{
    public async Task<DeliveryVerdict> DeliverAsync(
        ClaimedMessage message, DeliveryRun run, CancellationToken cancellationToken)
    {
        if (kinds.Find(message.Kind) is not { } kind)
        {
            return await recorder.RecordAsync(message, run, new DeliveryOutcome.Rejected("There is no such kind of mail."));
        }

        if (sender.Choose() is not { } gateway)
        {
            return await recorder.SuppressAsync(message, run, SuppressionReason.MailOff);
        }

        if (await admission.DecideAsync(message, kind, run.Owner, recorder.LeaseEnd, cancellationToken) is not var (facts, verdict))
        {
            return await recorder.RecordAsync(message, run, new DeliveryOutcome.LeaseLost());
        }

        return verdict switch
        {
            AdmissionVerdict.Suppressed suppressed => await recorder.SuppressAsync(message, run, suppressed.Reason),
            AdmissionVerdict.Deferred deferred => await recorder.DeferAsync(message, run, deferred.Until, deferred.Reason),
            _ => await SendAsync(message, kind, facts, gateway, run, cancellationToken),
        };
    }

    private async Task<DeliveryVerdict> SendAsync(
        ClaimedMessage message,
        MessageKind kind,
        AdmissionFacts facts,
        IMailGateway gateway,
        DeliveryRun run,
        CancellationToken cancellationToken)
    {
        var delivery = message.ToDelivery();
        var rendered = await composer.ComposeAsync(kind, delivery, facts.Person, cancellationToken);
        var mail = sender.Write(rendered, message, new(facts.Address!, facts.Person?.DisplayName), gateway);

        // Last of all, so that a mail that became pointless in the meantime is not sent.
        if (await checks.CheckAsync(delivery, cancellationToken) is { } reason)
        {
            return await recorder.SuppressAsync(message, run, reason);
        }

        var outcome = await gateway.SendAsync(mail, recorder.BeforeSend(message, run), cancellationToken);
        if (outcome is DeliveryOutcome.Rejected { IsBadAddress: true } rejected)
        {
            await bounces.RecordAsync(
                new(facts.Address!, BounceKind.Hard, rejected.Error, mail.MessageId, null), "smtp", CancellationToken.None);
        }

        return await recorder.RecordAsync(message, run, outcome);
    }
}

/// <summary>Delivers one message to operators in Slack: the subject and text of its kind's templates.</summary>
public sealed class SlackDelivery(
    MessageCatalog kinds, MessageComposer composer, PreSendChecks checks, SlackGateway gateway, DeliveryRecorder recorder)
{
    private const int MaxLength = 3000;

    public async Task<DeliveryVerdict> DeliverAsync(
        ClaimedMessage message, DeliveryRun run, CancellationToken cancellationToken)
    {
        if (kinds.Find(message.Kind) is not { } kind)
        {
            return await recorder.RecordAsync(message, run, new DeliveryOutcome.Rejected("There is no such kind of message."));
        }

        if (!gateway.IsOn(message.Recipient))
        {
            return await recorder.SuppressAsync(message, run, SuppressionReason.SlackOff);
        }

        var delivery = message.ToDelivery();
        var rendered = await composer.ComposeAsync(kind, delivery, null, cancellationToken);
        if (await checks.CheckAsync(delivery, cancellationToken) is { } reason)
        {
            return await recorder.SuppressAsync(message, run, reason);
        }

        var outcome = await gateway.SendAsync(
            message.Recipient, Text(rendered), recorder.BeforeSend(message, run), cancellationToken);
        return await recorder.RecordAsync(message, run, outcome);
    }

    /// <summary>Escapes Slack's three control characters, so that no value can mention people or make links.</summary>
    private static string Text(RenderedMessage message)
    {
        var text = $"*{message.Subject}*\n{message.Text}"
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
        return SafeText.Cut(text, MaxLength + 1, "…");
    }
}

/// <summary>
/// A feature's check right before a message of its kind is sent: is what it says still true? Register it with
/// <c>services.AddPreSendCheck&lt;T&gt;()</c>.
/// </summary>
public interface IPreSendCheck
{
    string Kind { get; }

    /// <returns>Null to send the message; a reason in snake case, such as <c>already_done</c>, to suppress it.</returns>
    Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}

/// <summary>The pre-send checks of all features, by kind.</summary>
public sealed class PreSendChecks(IEnumerable<IPreSendCheck> checks)
{
    private readonly Dictionary<string, IPreSendCheck> _checks = checks.ToDictionary(check => check.Kind);

    /// <returns>The reason to suppress the message; null to send it.</returns>
    public async Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        _checks.TryGetValue(delivery.Kind, out var check) ? await check.CheckAsync(delivery, cancellationToken) : null;
}
