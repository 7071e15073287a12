namespace Smplat.Core.Operators;

/// <summary>Recovery, messages and digests as the operators' page shows them.</summary>
public sealed class RecoveryQueries(RecoveryViewStore store, TimeProvider clock)
{
    public const int Days = 30;

    public const int MessageDays = 7;

    private const int DigestDays = 7 * 8;

    public Task<CheckoutOverview> ReadCheckoutsAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return store.ReadCheckoutsAsync(today.AddDays(1 - Days), now, cancellationToken);
    }

    public Task<HostedOverview> ReadHostedAsync(CancellationToken cancellationToken) =>
        store.ReadHostedAsync(clock.GetUtcNow().AddDays(-Days), cancellationToken);

    public Task<OutboxOverview> ReadOutboxAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.ReadOutboxAsync(now.AddDays(-MessageDays), now, cancellationToken);
    }

    public Task<IReadOnlyList<DigestWeekCount>> ReadDigestsAsync(CancellationToken cancellationToken) =>
        store.ReadDigestsAsync(clock.GetUtcNow().AddDays(-DigestDays), cancellationToken);
}
