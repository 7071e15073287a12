using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Trust;

[RequireKey(KeyScope.Storefront)]
public sealed class GetTrustExperienceFunction(TrustExperiences experiences)
{
    [Function("GetTrustExperience")]
    [Operation("One trust experience: content and live metrics put together", Tag = "Trust")]
    [Query(typeof(ReadExperience))]
    [QueryParameter("environment", "development, test or production; the app's own when left out")]
    [QueryParameter("draft", "true reads the latest draft")]
    [Answers(200, typeof(ResolvedExperience), Naming.Camel)]
    [Answers(404, "There is no such experience")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/trust/experiences/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ReadExperience.Read);
        return await experiences.FindAsync(slug, query, cancellationToken) is { } experience
            ? Answer.Camel(experience)
            : Answer.Detail(StatusCodes.Status404NotFound, "No trust experience has this slug.");
    }
}
