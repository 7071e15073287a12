using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>A client for local runs with a checklist in progress: one task done, a referral copied, two experiments seen.</summary>
internal sealed class OnboardingSample(OnboardingSampleStore store, JourneyOperations journeys, TaskToggle toggle) : ISampleData
{
    public static readonly Guid OrderId = new("0198f000-0000-7000-8000-00000000c1e0");

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (!await store.AddOrderAsync(OrderId, cancellationToken))
        {
            return true;
        }

        var started = await journeys.StartAsync(
            OrderId,
            new StartJourney("FRIEND10", """{"platform_contexts":[{"id":"ig","label":"Instagram","platformType":"instagram"}]}"""),
            cancellationToken);
        if (started is not OnboardingOutcome<Journey>.Done(var journey))
        {
            return true;
        }

        await toggle.ToggleAsync(OrderId, journey.Tasks[0].Id, completed: true, Actor.Client, cancellationToken);
        await journeys.CopyReferralAsync(OrderId, "FRIEND10", cancellationToken);
        await journeys.RecordSegmentsAsync(
            OrderId,
            [
                new() { Slug = "spring-price", VariantKey = "anchor", VariantName = "Anchor", IsControl = false, Status = "running" },
                new() { Slug = "annual-first", VariantKey = "control", VariantName = "Control", IsControl = true, Status = "running" },
            ],
            cancellationToken);
        return true;
    }

    public Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken) => store.DropAsync(OrderId, cancellationToken);
}
