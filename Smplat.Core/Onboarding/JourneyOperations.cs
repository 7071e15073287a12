using Npgsql;

namespace Smplat.Core.Onboarding;

/// <summary>What clients and storefronts do with a journey.</summary>
public sealed class JourneyOperations(
    JourneyOpening opening, JourneyStore journeys, JourneyHistoryStore history)
{
    public async Task<OnboardingOutcome<Journey>> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        Of(await journeys.FindByOrderAsync(orderId, cancellationToken), new JourneyNotFound());

    /// <summary>Opens the journey of an order, or adds to what is known about it; repeating it changes nothing.</summary>
    public async Task<OnboardingOutcome<Journey>> StartAsync(
        Guid orderId, StartJourney told, CancellationToken cancellationToken) =>
        Of(
            await opening.WithJourneyAsync(
                orderId,
                async (journey, now, transaction) =>
                {
                    await journeys.MergeContextAsync(journey.Id, told, now, transaction, cancellationToken);
                    return (await journeys.LockByOrderAsync(orderId, transaction, cancellationToken))!;
                },
                cancellationToken),
            new JourneyOrderNotFound());

    /// <summary>Remembers that the client copied a referral code; the first code is kept.</summary>
    public async Task<OnboardingOutcome<Journey>> CopyReferralAsync(
        Guid orderId, string code, CancellationToken cancellationToken) =>
        Of(
            await opening.WithJourneyAsync(
                orderId,
                async (journey, now, transaction) =>
                {
                    await journeys.KeepReferralAsync(journey.Id, code, now, transaction, cancellationToken);
                    var metadata = JourneyJson.Of(new { referral_code = code });
                    await history.AddEventAsync(
                        new(journey.Id, orderId, null, JourneyEventType.ReferralCopied, null, null, metadata, now),
                        transaction,
                        cancellationToken);
                    return journey;
                },
                cancellationToken),
            new JourneyOrderNotFound());

    /// <summary>Records which variants of pricing experiments the client was shown: one event for all of them.</summary>
    public async Task<OnboardingOutcome<Journey>> RecordSegmentsAsync(
        Guid orderId, IReadOnlyList<PricingSegment> segments, CancellationToken cancellationToken)
    {
        // Of entries of the same variant the last one counts.
        var distinct = segments.GroupBy(segment => (segment.Slug, segment.VariantKey)).Select(group => group.Last()).ToArray();
        return Of(
            await opening.WithJourneyAsync(
                orderId,
                async (journey, now, transaction) =>
                {
                    await RecordAsync(journey, distinct, now, transaction, cancellationToken);
                    return journey;
                },
                cancellationToken),
            new JourneyOrderNotFound());
    }

    private async Task RecordAsync(
        Journey journey, PricingSegment[] segments, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await history.KeepSegmentsAsync(journey.Id, segments, now, transaction, cancellationToken);
        await history.AddEventAsync(
            new(
                journey.Id,
                journey.OrderId,
                null,
                JourneyEventType.PricingExperimentSegment,
                null,
                null,
                PricingSegment.ToMetadata(segments),
                now),
            transaction,
            cancellationToken);
    }

    private static OnboardingOutcome<Journey> Of(Journey? journey, Smplat.Core.Platform.Input.Refusal otherwise) => journey is null
        ? new OnboardingOutcome<Journey>.Refused(otherwise)
        : new OnboardingOutcome<Journey>.Done(journey);
}
