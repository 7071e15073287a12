using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Operators;

[RequireKey(KeyScope.Operator)]
public sealed class GetBannerFunction(BannerOperations board)
{
    [Function("GetBanner")]
    [Operation("The incident banner, if one is up", Tag = "Operators")]
    [Answers(200, typeof(BannerAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new BannerAnswer(await board.ReadAsync(cancellationToken)));
}
