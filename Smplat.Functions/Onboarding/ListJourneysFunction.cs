using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Operator)]
public sealed class ListJourneysFunction(JourneyQueries review)
{
    [Function("ListJourneys")]
    [Operation("Journeys for operators, with their risk", Tag = "Onboarding")]
    [Query(typeof(ListJourneys))]
    [QueryParameter("status", "not_started, active, completed or stalled; may be repeated")]
    [QueryParameter("stalled", "Only stalled ones, or only others")]
    [QueryParameter("referrals", "Only with a referral code, or only without")]
    [QueryParameter("search", "Part of the referral code or the order number")]
    [QueryParameter("experimentSlug", "Shown a variant of this experiment")]
    [QueryParameter("experimentVariant", "Shown this variant")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(JourneyListAnswer), Naming.Camel)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/onboarding/journeys")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (summaries, aggregates) = await review.ListAsync(request.ReadQuery(ListJourneys.Read), cancellationToken);
        return Answer.Camel(new JourneyListAnswer(summaries, aggregates));
    }
}
