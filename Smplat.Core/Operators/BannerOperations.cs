namespace Smplat.Core.Operators;

/// <summary>Puts the incident banner up and takes it down.</summary>
public sealed class BannerOperations(IncidentBannerStore store, TimeProvider clock)
{
    public Task<IncidentBanner?> ReadAsync(CancellationToken cancellationToken) => store.FindAsync(cancellationToken);

    public async Task<IncidentBanner> PutUpAsync(IncidentBanner banner, CancellationToken cancellationToken)
    {
        var put = banner with { SetAt = clock.GetUtcNow() };
        await store.PutAsync(put, cancellationToken);
        return put;
    }

    /// <returns>Whether there was one to take down.</returns>
    public Task<bool> TakeDownAsync(ClearBanner command, CancellationToken cancellationToken) =>
        store.DeleteAsync(command.Actor, command.Reason, clock.GetUtcNow(), cancellationToken);

    /// <summary>Who put banners up and took them down, newest first.</summary>
    public Task<IReadOnlyList<BannerChange>> ListChangesAsync(int limit, CancellationToken cancellationToken) =>
        store.ListChangesAsync(limit, cancellationToken);
}
