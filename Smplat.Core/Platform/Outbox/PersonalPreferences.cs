namespace Smplat.Core.Platform.Outbox;

/// <summary>Reads and changes what a person wants to hear about.</summary>
public sealed class PersonalPreferences(PreferenceStore store, TimeProvider clock)
{
    public async Task<PreferenceOutcome> ReadAsync(Guid userId, CancellationToken cancellationToken) =>
        Of(userId, await store.ReadAsync(userId, cancellationToken));

    public async Task<PreferenceOutcome> ChangeAsync(
        Guid userId, ChangePreferences change, CancellationToken cancellationToken) =>
        Of(userId, await store.ChangeAsync(userId, change, clock.GetUtcNow(), cancellationToken));

    private static PreferenceOutcome Of(Guid userId, NotificationPreferences? preferences) => preferences is null
        ? new PreferenceOutcome.Refused(new UnknownPerson(userId))
        : new PreferenceOutcome.Known(preferences);
}
