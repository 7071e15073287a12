using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Operators.Keys;

[RequireKey(KeyScope.Operator)]
public sealed class ReviewKeysFunction(KeyRing keys, KeyReview review)
{
    [Function("ReviewKeys")]
    [Operation("Access review: what every key was used for, and what was refused", Tag = "Operators")]
    [Query(typeof(ReviewKeysQuery))]
    [QueryParameter("unused_days", "Days without use from which on a key counts as unused, 1 to 400, default 30")]
    [Answers(200, typeof(KeyReviewReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/keys/review")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ReviewKeysQuery.Read);
        return Answer.Snake(await review.RunAsync([.. keys.Held.Select(ToConfigured)], query.UnusedDays, cancellationToken));
    }

    private static ConfiguredKey ToConfigured(KeyMatch key) => new(
        key.Name, key.Setting, key.Fingerprint, [.. key.Scopes.Select(scope => scope.ToString().ToLowerInvariant())]);
}
