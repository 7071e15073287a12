using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Smplat.Core.Trust;

/// <summary>Puts editors' documents and live metrics together.</summary>
public sealed class TrustExperiences(
    TrustContentStore store, TrustResolver resolver, ContentEnvironment environment, TimeProvider clock, ILogger<TrustExperiences> logger)
{
    public const string Published = "published";
    public const string Draft = "draft";
    public const string Fallback = "fallback";

    /// <summary>Null when there is no such experience; the checkout always has one, if need be the built-in.</summary>
    public async Task<ResolvedExperience?> FindAsync(string slug, ReadExperience query, CancellationToken cancellationToken)
    {
        var place = query.Environment ?? environment.Current;
        var kept = slug.Length <= TakeContent.MaxSlug ? await store.FindAsync(place, slug, cancellationToken) : null;
        if (Read(kept, query.IsDraft) is { } written)
        {
            return await ResolveAsync(written, place, query.IsDraft ? Draft : Published, cancellationToken);
        }

        return slug == FallbackDocument.Slug
            ? await ResolveAsync(FallbackDocument.Checkout, place, Fallback, cancellationToken)
            : null;
    }

    /// <summary>What is written in an environment, by slug.</summary>
    public Task<IReadOnlyList<string>> ListAsync(string? place, CancellationToken cancellationToken) =>
        store.SlugsAsync(place ?? environment.Current, cancellationToken);

    private TrustDocument? Read(KeptExperience? kept, bool isDraft)
    {
        try
        {
            return kept?.Read(isDraft);
        }
        catch (JsonException exception)
        {
            TrustLog.ContentUnreadable(logger, kept!.Environment, kept.Slug, exception.Message);
            return null;
        }
    }

    private async Task<ResolvedExperience> ResolveAsync(
        TrustDocument written, string place, string version, CancellationToken cancellationToken)
    {
        var document = written.FilledFrom(FallbackDocument.Checkout);
        var metrics = await ResolveAsync(document, version == Draft, cancellationToken);
        return new(document.Slug, document.Name, place, version, clock.GetUtcNow())
        {
            GuaranteeHeadline = document.GuaranteeHeadline,
            GuaranteeDescription = document.GuaranteeDescription,
            AssurancePoints =
            [
                .. document.AssurancePoints.Select(point => new ResolvedAssurance(
                    point.Id, point.Title, point.Description, point.Evidence, Bound(point.Metric), Badge.Of(Bound(point.Metric)))),
            ],
            SupportChannels = document.SupportChannels,
            PerformanceSnapshots = [.. document.PerformanceSnapshots.Select(snapshot => ResolvedSnapshot.Of(snapshot, Bound(snapshot.Metric)))],
            Testimonials = document.Testimonials,
            BundleOffers = document.BundleOffers,
            DeliveryTimeline = document.DeliveryTimeline is { } timeline ? TimelinePolicy.Derive(timeline, Bound(timeline.Metric)) : null,
        };

        BoundMetric? Bound(MetricBinding? binding) => binding is null ? null : metrics[binding];
    }

    /// <summary>
    /// One request for all bindings: unique ids, each with the first window that was written for it. In a draft the
    /// states that the editor wants to look at take the place of the true ones.
    /// </summary>
    private async Task<Dictionary<MetricBinding, BoundMetric>> ResolveAsync(
        TrustDocument document, bool isDraft, CancellationToken cancellationToken)
    {
        MetricBinding[] bindings = [.. document.Bindings.Distinct()];
        WantedMetric[] wanted =
        [
            .. bindings
                .Where(binding => !binding.IsDeliveryProof && binding.MetricId.Length <= ResolveTrust.MaxMetricId)
                .GroupBy(binding => binding.MetricId)
                .Take(ResolveTrust.MaxMetrics)
                .Select(group => new WantedMetric(
                    group.Key, group.Select(binding => binding.FreshnessWindowMinutes).FirstOrDefault(window => window is not null))),
        ];
        var resolved = wanted.Length == 0 ? null : await resolver.ResolveAsync(new(document.Slug, wanted), cancellationToken);
        var byId = (resolved?.Metrics ?? []).ToDictionary(metric => metric.MetricId);
        return bindings.ToDictionary(binding => binding, binding =>
        {
            var bound = byId.TryGetValue(binding.MetricId, out var metric)
                ? BoundMetric.Of(binding, metric)
                : BoundMetric.Unresolved(binding);
            return isDraft ? bound.Simulate() : bound;
        });
    }
}
