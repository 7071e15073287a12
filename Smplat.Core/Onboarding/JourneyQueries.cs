using Microsoft.Extensions.Options;

namespace Smplat.Core.Onboarding;

/// <summary>What operators see of journeys.</summary>
public sealed class JourneyQueries(
    JourneyListStore list,
    JourneyDetailStore details,
    JourneyStore journeys,
    NudgeStore nudges,
    IOptionsMonitor<OnboardingOptions> options,
    TimeProvider clock)
{
    public async Task<(IReadOnlyList<JourneySummary> Summaries, JourneyAggregates Aggregates)> ListAsync(
        ListJourneys wanted, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (rows, aggregates) = await list.ListAsync(wanted, now, cancellationToken);
        return ([.. rows.Select(row => Judge(row, now))], aggregates);
    }

    public async Task<OnboardingOutcome<JourneyDetail>> FindAsync(Guid journeyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await list.FindAsync(journeyId, now, cancellationToken) is not { } summary
            || await journeys.FindAsync(journeyId, cancellationToken) is not { } journey)
        {
            return new OnboardingOutcome<JourneyDetail>.Refused(new JourneyNotFound());
        }

        var idle = TimeSpan.FromHours(options.CurrentValue.IdleHours);
        var due = await nudges.ListDueAsync(journeyId, now, idle, NudgeRun.Cooldown, 1, cancellationToken);
        return new OnboardingOutcome<JourneyDetail>.Done(new JourneyDetail(
            Judge(summary, now),
            journey,
            await details.ListInteractionsAsync(journeyId, cancellationToken),
            [.. due.Select(task => Advise(task, now, idle))],
            await details.ListProvidersAsync(journey.OrderId, cancellationToken)));
    }

    private static JourneySummary Judge(JourneySummary row, DateTimeOffset now) =>
        row with { RiskLevel = RiskPolicy.Judge(row.Status, row.LastInteractionAt ?? row.UpdatedAt, now) };

    private static NudgeAdvice Advise(NudgeOpportunity task, DateTimeOffset now, TimeSpan idle) => new(
        task.JourneyId,
        task.OrderId,
        task.OrderNumber,
        task.TaskId,
        task.TaskSlug,
        task.Reason,
        task.DedupeKey,
        task.IdleHours(now),
        task.RecommendedChannel,
        task.SlaExpiresAt(now, idle),
        task.Subject,
        NudgeText.MessageOf([task]));
}
