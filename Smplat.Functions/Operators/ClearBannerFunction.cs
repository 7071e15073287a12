using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Operators;

[RequireKey(KeyScope.Operator)]
public sealed class ClearBannerFunction(BannerOperations board)
{
    [Function("ClearBanner")]
    [Operation("Take down the incident banner; doing it twice changes nothing", Tag = "Operators")]
    [Query(typeof(ClearBannerFunction), nameof(ReadQuery))]
    [QueryParameter("actor", "Who takes it down; the name of the key when left out")]
    [QueryParameter("reason", "How it ended")]
    [Answers(204, "No banner is up")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/operators/banner")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = request.ReadQuery(ReadQuery);
        await board.ClearAsync(
            new ClearBanner(command.Actor ?? request.HttpContext.Caller().Key?.Name ?? "local", command.Reason), cancellationToken);
        return Answer.Empty();
    }

    private static (string? Actor, string? Reason) ReadQuery(Fields fields) =>
        (fields.Text("actor", 1, 100), fields.Text("reason", 1, 500));
}
