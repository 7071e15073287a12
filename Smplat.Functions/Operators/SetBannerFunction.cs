using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Operators;

[RequireKey(KeyScope.Operator)]
public sealed class SetBannerFunction(BannerOperations board)
{
    [Function("SetBanner")]
    [Operation("Put up the incident banner", Tag = "Operators")]
    [JsonBody(typeof(IncidentBanner), Example =
        """{"message":"Kroger is slow; quotes come from the others","severity":"warning","set_by":"on-call"}""")]
    [Answers(200, typeof(BannerAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var banner = await request.ReadAsync(IncidentBanner.Read, cancellationToken);
        return Answer.Snake(new BannerAnswer(await board.SetAsync(banner, cancellationToken)));
    }
}
