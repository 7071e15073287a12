using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Functions.Http.Access;
using Smplat.Functions.Http.Answers;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Operators;

[RequireKey(KeyScope.Operator)]
public sealed class ClearBannerFunction(BannerBoard board)
{
    [Function("ClearBanner")]
    [Operation("Take down the incident banner; doing it twice changes nothing", Tag = "Operators")]
    [Answers(204, "No banner is up")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await board.TakeDownAsync(new(request.HttpContext.Caller().Key?.Name ?? "local", null), cancellationToken);
        return Answer.Empty();
    }
}
