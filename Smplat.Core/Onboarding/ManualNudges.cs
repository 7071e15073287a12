using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Onboarding;

/// <summary>A nudge written by an operator.</summary>
/// <param name="TriggeredBy">The operator's name or initials.</param>
public sealed record ManualNudge(string Channel, string Subject, string Message, Guid? TaskId, string TriggeredBy)
{
    public static ManualNudge Read(Fields fields) => new(
        fields.RequiredLabel("channel", Smplat.Core.Onboarding.Channel.All),
        fields.RequiredText("subject", 3, 120),
        fields.RequiredText("message", 10, 10_000),
        fields.Guid("taskId"),
        fields.RequiredText("triggeredBy", 2, 120));
}

/// <summary>Sends nudges manually. The message is queued and the contact is recorded in the journey's history, in one transaction.</summary>
public sealed class ManualNudges(
    NpgsqlDataSource database,
    JourneyStore journeys,
    JourneyHistoryStore history,
    OrderQueries orders,
    OutboxWriter outbox,
    TimeProvider clock)
{
    /// <returns><c>queued</c>. The client's preferences decide at sending time whether it is delivered.</returns>
    public async Task<OnboardingOutcome<string>> SendAsync(
        Guid journeyId, ManualNudge nudge, CancellationToken cancellationToken)
    {
        if (nudge.Channel is not (Channel.Email or Channel.Slack))
        {
            return Refuse(new UnsupportedChannel());
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await journeys.LockAsync(journeyId, transaction, cancellationToken) is not { } journey)
        {
            return Refuse(new JourneyNotFound());
        }

        if (nudge.TaskId is { } taskId && journey.Tasks.All(task => task.Id != taskId))
        {
            return Refuse(new TaskNotFound());
        }

        if (await orders.FindAsync(journey.OrderId, cancellationToken) is not { } order)
        {
            return Refuse(new OrderMissingForJourney());
        }

        var isQueued = order.UserId is not null || nudge.Channel == Channel.Slack;
        if (isQueued)
        {
            await outbox.EnqueueAsync(Message(journey, order, nudge), transaction, cancellationToken);
        }

        await NoteAsync(journey, nudge, isQueued, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OnboardingOutcome<string>.Done("queued");
    }

    private OutboxMessage Message(Journey journey, Order order, ManualNudge nudge)
    {
        var payload = JourneyJson.Of(new
        {
            order_id = order.Id,
            order_number = order.OrderNumber,
            journey_id = journey.Id,
            triggered_by = nudge.TriggeredBy,
            subject = nudge.Subject,
            message = nudge.Message,
            paragraphs = nudge.Message.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        });
        var isSlack = nudge.Channel == Channel.Slack;
        return new(
            MessageKinds.OnboardingConciergeNudge,
            isSlack ? OutboxChannel.Slack : OutboxChannel.Email,
            isSlack ? OnboardingFeature.SlackTargetName : null,
            isSlack ? null : order.UserId,
            // Every call by an operator is a separate message.
            $"onb:{journey.Id}:manual:{Guid.CreateVersion7(clock.GetUtcNow())}",
            payload,
            clock.GetUtcNow());
    }

    private Task NoteAsync(
        Journey journey, ManualNudge nudge, bool isQueued, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var key = $"{nudge.TaskId ?? journey.Id}:manual:{nudge.Channel}";
        var note = NudgeNote.Create(
            key, nudge.TriggeredBy, isQueued ? "queued" : "logged", new { channel = nudge.Channel, manual = true, delivered = false });
        return history.AddInteractionAsync(
            new(
                journey.Id,
                nudge.TaskId,
                Actor.Operator,
                nudge.Channel,
                NudgeNote.Summary,
                $"{nudge.Subject}\n\n{nudge.Message}",
                note,
                clock.GetUtcNow()),
            transaction,
            cancellationToken);
    }

    private static OnboardingOutcome<string> Refuse(Refusal refusal) => new OnboardingOutcome<string>.Refused(refusal);
}
