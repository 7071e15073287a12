using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Mark a task as completed, or as open again.</summary>
/// <param name="Actor">One of <see cref="Onboarding.Actor"/>; the client by default.</param>
public sealed record ToggleTask(bool Completed, string Actor)
{
    public static ToggleTask Read(Fields fields) => new(
        fields.RequiredFlag("completed"),
        fields.Label("actor", Smplat.Core.Onboarding.Actor.All) ?? Smplat.Core.Onboarding.Actor.Client);
}

/// <summary>Completes and reopens tasks. Only a change is recorded: the same call twice is one event.</summary>
public sealed class TaskToggle(
    NpgsqlDataSource database, JourneyStore journeys, JourneyHistoryStore history, TimeProvider clock)
{
    /// <param name="actor">One of <see cref="Actor"/>.</param>
    public async Task<OnboardingOutcome<JourneyTask>> ToggleAsync(
        Guid orderId, Guid taskId, bool completed, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await journeys.LockByOrderAsync(orderId, transaction, cancellationToken) is not { } journey)
        {
            return new OnboardingOutcome<JourneyTask>.Refused(new JourneyMissing(orderId));
        }

        if (journey.Tasks.FirstOrDefault(task => task.Id == taskId) is not { } before)
        {
            return new OnboardingOutcome<JourneyTask>.Refused(new UnknownOrderTask(taskId, orderId));
        }

        var status = completed ? JourneyTaskStatus.Completed : JourneyTaskStatus.Pending;
        if (before.Status == status)
        {
            return new OnboardingOutcome<JourneyTask>.Done(before);
        }

        var now = clock.GetStoredNow();
        var after = before with { Status = status, CompletedAt = completed ? now : null, UpdatedAt = now };
        var tasks = journey.Tasks.Select(task => task.Id == taskId ? after : task).ToArray();
        await journeys.UpdateTaskAsync(after, transaction, cancellationToken);
        await journeys.UpdateAsync(ProgressPolicy.Refresh(journey with { Tasks = tasks }, now), transaction, cancellationToken);
        await RecordAsync(journey, before, after, actor, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OnboardingOutcome<JourneyTask>.Done(after);
    }

    private async Task RecordAsync(
        Journey journey,
        JourneyTask before,
        JourneyTask after,
        string actor,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await history.AddEventAsync(
            new(
                journey.Id,
                journey.OrderId,
                after.Id,
                JourneyEventType.TaskStatusChanged,
                before.Status,
                after.Status,
                JourneyJson.Of(new { actor }),
                after.UpdatedAt),
            transaction,
            cancellationToken);
        await history.AddInteractionAsync(
            new(journey.Id, after.Id, actor, Channel.Dashboard, "Checklist updated", null, "{}", after.UpdatedAt),
            transaction,
            cancellationToken);
    }
}

/// <summary>Add an artifact that the client has to provide, or is providing now.</summary>
public sealed record AddArtifact(string Label, string? Url, bool Required, Guid? TaskId)
{
    public static AddArtifact Read(Fields fields) => new(
        fields.RequiredText("label", max: 255),
        ReadUrl(fields),
        fields.Flag("required") ?? false,
        fields.Guid("task_id", also: "taskId"));

    /// <summary>Only web addresses are allowed, because operators click on them.</summary>
    public static string? ReadUrl(Fields fields) => fields.WebAddress("url", 2_048);
}

/// <summary>Requests artifacts from the client and receives them. Receiving one twice is one event.</summary>
public sealed class ArtifactOperations(
    NpgsqlDataSource database, JourneyOpening opening, JourneyStore journeys, JourneyHistoryStore history, TimeProvider clock)
{
    /// <summary>Adds an artifact. One with a URL counts as received.</summary>
    public async Task<OnboardingOutcome<JourneyArtifact>> AddAsync(
        Guid orderId, AddArtifact command, CancellationToken cancellationToken)
    {
        var outcome = await opening.WithJourneyAsync(
            orderId,
            async (journey, now, transaction) => command.TaskId is { } taskId && journey.Tasks.All(task => task.Id != taskId)
                ? Refuse(new UnknownOrderTask(taskId, orderId))
                : await AddAsync(journey, command, now, transaction, cancellationToken),
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
            await RecordAsync(journey, after, now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new OnboardingOutcome<JourneyArtifact>.Done(after);
    }

    private async Task<OnboardingOutcome<JourneyArtifact>> AddAsync(
        Journey journey, AddArtifact command, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var artifact = new JourneyArtifact
        {
            Id = Guid.CreateVersion7(now),
            JourneyId = journey.Id,
            TaskId = command.TaskId,
            Label = command.Label,
            Url = command.Url,
            Required = command.Required,
            ReceivedAt = command.Url is null ? null : now,
            CreatedAt = now,
        };
        await journeys.InsertArtifactAsync(artifact, transaction, cancellationToken);
        if (artifact.ReceivedAt is not null)
        {
            await RecordAsync(journey, artifact, now, transaction, cancellationToken);
        }

        return new OnboardingOutcome<JourneyArtifact>.Done(artifact);
    }

    private Task RecordAsync(
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
