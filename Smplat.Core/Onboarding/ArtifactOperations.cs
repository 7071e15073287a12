using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Asks for artifacts and takes them in; receiving one twice is one event.</summary>
public sealed class ArtifactOperations(
    NpgsqlDataSource database, JourneyOpening opening, JourneyStore journeys, JourneyHistoryStore history, TimeProvider clock)
{
    /// <summary>Adds an artifact; one that comes with its address counts as received.</summary>
    public async Task<OnboardingOutcome<JourneyArtifact>> AddAsync(
        Guid orderId, AddArtifact wanted, CancellationToken cancellationToken)
    {
        var outcome = await opening.WithJourneyAsync(
            orderId,
            async (journey, now, transaction) => wanted.TaskId is { } taskId && journey.Tasks.All(task => task.Id != taskId)
                ? Refuse(new UnknownOrderTask(taskId, orderId))
                : await AddAsync(journey, wanted, now, transaction, cancellationToken),
            cancellationToken);
        return outcome ?? Refuse(new JourneyOrderNotFound());
    }

    public async Task<OnboardingOutcome<JourneyArtifact>> ReceiveAsync(
        Guid orderId, Guid artifactId, string? url, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await journeys.LockByOrderAsync(orderId, transaction, cancellationToken) is not { } journey)
        {
            return Refuse(new JourneyMissing(orderId));
        }

        if (journey.Artifacts.FirstOrDefault(artifact => artifact.Id == artifactId) is not { } before)
        {
            return Refuse(new ArtifactNotFound());
        }

        var now = clock.GetStoredNow();
        var after = before with { Url = url ?? before.Url, ReceivedAt = before.ReceivedAt ?? now };
        if (after == before)
        {
            return new OnboardingOutcome<JourneyArtifact>.Done(before);
        }

        await journeys.UpdateArtifactAsync(after, now, transaction, cancellationToken);
        if (before.ReceivedAt is null)
        {
            await TraceAsync(journey, after, now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new OnboardingOutcome<JourneyArtifact>.Done(after);
    }

    private async Task<OnboardingOutcome<JourneyArtifact>> AddAsync(
        Journey journey, AddArtifact wanted, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var artifact = new JourneyArtifact
        {
            Id = Guid.CreateVersion7(now),
            JourneyId = journey.Id,
            TaskId = wanted.TaskId,
            Label = wanted.Label,
            Url = wanted.Url,
            Required = wanted.Required,
            ReceivedAt = wanted.Url is null ? null : now,
            CreatedAt = now,
        };
        await journeys.InsertArtifactAsync(artifact, transaction, cancellationToken);
        if (artifact.ReceivedAt is not null)
        {
            await TraceAsync(journey, artifact, now, transaction, cancellationToken);
        }

        return new OnboardingOutcome<JourneyArtifact>.Done(artifact);
    }

    private Task TraceAsync(
        Journey journey, JourneyArtifact artifact, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        history.AddEventAsync(
            new(
                journey.Id,
                journey.OrderId,
                artifact.TaskId,
                JourneyEventType.ArtifactReceived,
                null,
                "received",
                JourneyJson.Of(new { artifact_id = artifact.Id, label = artifact.Label }),
                now),
            transaction,
            cancellationToken);

    private static OnboardingOutcome<JourneyArtifact> Refuse(Refusal refusal) =>
        new OnboardingOutcome<JourneyArtifact>.Refused(refusal);
}
