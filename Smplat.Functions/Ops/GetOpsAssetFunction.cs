using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The login page needs its style too, and none of these files holds a secret.")]
public sealed class GetOpsAssetFunction
{
    [Function("GetOpsAsset")]
    [Operation("A style, script or icon of the operators' page", Tag = "Operators' page")]
    [Answers(200, "The file", ContentType = "text/css")]
    [Answers(304, "The browser has it already")]
    [Answers(404, "There is no such file")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/assets/{file}")] HttpRequest request,
        string file,
        CancellationToken cancellationToken) =>
        Task.FromResult(OpsAssets.Find(file) is { } asset ? OpsAnswer.Asset(asset, request) : Answer.Empty(StatusCodes.Status404NotFound));
}
