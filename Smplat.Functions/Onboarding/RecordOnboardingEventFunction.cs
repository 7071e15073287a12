using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class RecordOnboardingEventFunction(OnboardingEventIntake intake)
{
    [Function("RecordOnboardingEvent")]
    [Operation("Take an onboarding event and change the journey by it", Tag = "Onboarding")]
    [JsonBody(typeof(OnboardingEvent), Example =
        """{"eventType":"referral_copied","orderId":"00000000-0000-4000-8000-000000000000","referralCode":"FRIEND10"}""")]
    [Answers(200, typeof(OnboardingEventAnswer), Naming.Snake)]
    [Answers(400, "A member that the type needs is missing, or the type is unknown")]
    [Answers(404, "No such order, journey or task")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/analytics/onboarding-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        (await intake.TakeAsync(await request.ReadAsync(OnboardingEvent.Read, cancellationToken), cancellationToken))
            .Answered(receipt => Answer.Snake(OnboardingEventAnswer.From(receipt)));
}
