namespace Smplat.Core.Guardrails;

/// <summary>Reads follow-ups and statuses: for the route, for other features, and for exports.</summary>
public sealed class FollowUpQueries(FollowUpStore store)
{
    /// <summary>The follow-ups of a provider, newest first, with where it stands.</summary>
    public async Task<FollowUpPage> ListAsync(ListFollowUps query, CancellationToken cancellationToken)
    {
        var rows = await store.ListAsync(query.ProviderId, query.Before, query.Limit + 1, cancellationToken);
        var statuses = await store.ListStatusesAsync([query.ProviderId], cancellationToken);
        return new(
            [.. rows.Take(query.Limit)],
            rows.Count > query.Limit ? FollowUpCursor.From(rows[query.Limit - 1]).ToString() : null,
            statuses.SingleOrDefault(),
            await store.ReadTelemetryAsync(query.ProviderId, cancellationToken));
    }

    /// <summary>Where these providers stand; those without a follow-up are left out.</summary>
    public async Task<IReadOnlyDictionary<string, GuardrailStatus>> FindStatusesAsync(
        IReadOnlyCollection<string> providerIds, CancellationToken cancellationToken) =>
        providerIds.Count == 0
            ? new Dictionary<string, GuardrailStatus>()
            : (await store.ListStatusesAsync(providerIds, cancellationToken)).ToDictionary(status => status.ProviderId);

    /// <summary>What was done in a period, and which providers are paused now.</summary>
    /// <param name="latest">The most actions to list; all are counted.</param>
    public Task<GuardrailActivity> ReadActivityAsync(
        DateTimeOffset since, DateTimeOffset until, int latest, CancellationToken cancellationToken) =>
        store.ReadActivityAsync(since, until, latest, cancellationToken);

    /// <summary>
    /// Follow-ups for an export, oldest first. Numbers follow the order of commits, so an export that reads on from its last number
    /// gets every follow-up once, whatever was being written meanwhile.
    /// </summary>
    public Task<IReadOnlyList<FollowUp>> ListForwardAsync(FollowUpSelection selection, CancellationToken cancellationToken) =>
        store.ListForwardAsync(selection, cancellationToken);
}

/// <param name="NextCursor">Where the next page starts; null at the end.</param>
/// <param name="Status">Null when the provider has no follow-up.</param>
/// <param name="ProviderTelemetry">Over the newest orders at the provider; null when there are none.</param>
public sealed record FollowUpPage(
    IReadOnlyList<FollowUp> Entries, string? NextCursor, GuardrailStatus? Status, ProviderTelemetry? ProviderTelemetry);

/// <summary>The follow-ups of an export.</summary>
/// <param name="After">Only those with a larger number; 0 for all.</param>
/// <param name="Since">Only those created at this time or later; null for all.</param>
/// <param name="ProviderId">Null for all providers.</param>
public sealed record FollowUpSelection(long After, DateTimeOffset? Since, string? ProviderId, int Limit);

/// <param name="Count">All follow-ups of the period.</param>
/// <param name="Latest">The newest of them, newest first.</param>
/// <param name="Paused">Providers that are paused now, by id.</param>
public sealed record GuardrailActivity(long Count, IReadOnlyList<GuardrailDeed> Latest, IReadOnlyList<GuardrailStatus> Paused);

/// <summary>A follow-up as digests name it.</summary>
public sealed record GuardrailDeed(string ProviderId, string? ProviderName, string Action, string Source)
{
    public string Verb => (Action, Source) switch
    {
        (FollowUpAction.Pause, FollowUpSource.Automation) => "Auto-pause",
        (FollowUpAction.Resume, FollowUpSource.Automation) => "Auto-resume",
        (FollowUpAction.Pause, _) => "Pause",
        (FollowUpAction.Resume, _) => "Resume",
        _ => "Escalate",
    };
}
