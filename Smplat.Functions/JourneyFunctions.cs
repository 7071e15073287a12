using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>What operators see of onboarding journeys, and nudging one manually.</summary>
public sealed class JourneyFunctions(JourneyQueries review, ManualNudges nudges)
{
    [Function("ListJourneys")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Journeys for operators, with their risk", Tag = "Onboarding")]
    [Query(typeof(ListJourneys))]
    [QueryParameter("status", "not_started, active, completed or stalled; may be repeated")]
    [QueryParameter("stalled", "Only stalled journeys, or only others")]
    [QueryParameter("referrals", "Only with a referral code, or only without")]
    [QueryParameter("search", "Part of the referral code or the order number")]
    [QueryParameter("experimentSlug", "Shown a variant of this experiment")]
    [QueryParameter("experimentVariant", "Shown this variant")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(JourneyListAnswer), Naming.Camel)]
    public async Task<IResult> ListJourneysAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/onboarding/journeys")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (summaries, aggregates) = await review.ListAsync(request.ReadQuery(ListJourneys.Read), cancellationToken);
        return Answer.Camel(new JourneyListAnswer(summaries, aggregates));
    }

    [Function("GetJourney")]
    [RequireKey(KeyScope.Operator)]
    [Operation("A journey with its tasks, artifacts, interactions and possible nudges", Tag = "Onboarding")]
    [Answers(200, typeof(JourneyDetailAnswer), Naming.Camel)]
    [Answers(404, "No such journey")]
    public async Task<IResult> GetJourneyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/onboarding/journeys/{journeyId}")] HttpRequest request,
        string journeyId,
        CancellationToken cancellationToken) =>
        (await review.FindAsync(RouteInput.Guid(journeyId, "journey_id"), cancellationToken))
            .Answered(detail => Answer.Camel(JourneyDetailAnswer.From(detail)));

    [Function("NudgeJourney")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Send a message to the client of a journey", Tag = "Onboarding")]
    [JsonBody(typeof(ManualNudge), Example =
        """{"channel":"email","subject":"Your intake form","message":"We can begin as soon as the form is in.","triggeredBy":"AB"}""")]
    [Answers(202, typeof(StatusAnswer), Naming.Camel)]
    [Answers(400, "Nudges cannot use this channel")]
    [Answers(404, "No such journey or task")]
    public async Task<IResult> NudgeJourneyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/onboarding/journeys/{journeyId}/nudges/manual")] HttpRequest request,
        string journeyId,
        CancellationToken cancellationToken) =>
        (await nudges.SendAsync(
            RouteInput.Guid(journeyId, "journey_id"), await request.ReadAsync(ManualNudge.Read, cancellationToken), cancellationToken))
            .Answered(status => Answer.Camel(new StatusAnswer(status), StatusCodes.Status202Accepted));
}

/// <param name="Aggregates">Over all journeys, unfiltered.</param>
public sealed record JourneyListAnswer(IReadOnlyList<JourneySummary> Summaries, JourneyAggregates Aggregates);

/// <summary>A journey as operators read it.</summary>
public sealed record JourneyDetailAnswer
{
    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string Status { get; init; }

    public required string RiskLevel { get; init; }

    public required decimal ProgressPercentage { get; init; }

    public required string? ReferralCode { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset? LastInteractionAt { get; init; }

    public required IReadOnlyList<DetailTask> Tasks { get; init; }

    public required IReadOnlyList<DetailArtifact> Artifacts { get; init; }

    public required IReadOnlyList<InteractionRow> Interactions { get; init; }

    public required IReadOnlyList<NudgeAdvice> NudgeOpportunities { get; init; }

    public required IReadOnlyList<SegmentRow> PricingExperiments { get; init; }

    public required IReadOnlyList<ProviderReference> ProviderAutomation { get; init; }

    public static JourneyDetailAnswer From(JourneyDetail detail) => new()
    {
        JourneyId = detail.Summary.JourneyId,
        OrderId = detail.Summary.OrderId,
        OrderNumber = detail.Summary.OrderNumber,
        Status = detail.Summary.Status,
        RiskLevel = detail.Summary.RiskLevel,
        ProgressPercentage = detail.Summary.ProgressPercentage,
        ReferralCode = detail.Summary.ReferralCode,
        StartedAt = detail.Summary.StartedAt,
        UpdatedAt = detail.Summary.UpdatedAt,
        LastInteractionAt = detail.Summary.LastInteractionAt,
        Tasks = [.. detail.Journey.Tasks.Select(DetailTask.From)],
        Artifacts = [.. detail.Journey.Artifacts.Select(DetailArtifact.From)],
        Interactions = detail.Interactions,
        NudgeOpportunities = detail.NudgeOpportunities,
        PricingExperiments = detail.Summary.PricingExperiments,
        ProviderAutomation = detail.ProviderAutomation,
    };

    public sealed record DetailTask(
        Guid Id, string Slug, string Title, string Status, DateTimeOffset? DueAt, DateTimeOffset? CompletedAt, DateTimeOffset UpdatedAt)
    {
        internal static DetailTask From(JourneyTask task) =>
            new(task.Id, task.Slug, task.Title, task.Status, task.DueAt, task.CompletedAt, task.UpdatedAt);
    }

    public sealed record DetailArtifact(Guid Id, string Label, bool Required, DateTimeOffset? ReceivedAt, string? Url)
    {
        internal static DetailArtifact From(JourneyArtifact artifact) =>
            new(artifact.Id, artifact.Label, artifact.Required, artifact.ReceivedAt, artifact.Url);
    }
}

/// <summary>The request was accepted; there is nothing else to return.</summary>
public sealed record StatusAnswer(string Status);
