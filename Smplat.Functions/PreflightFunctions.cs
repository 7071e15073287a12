using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;

namespace Smplat.Functions;

/// <summary>CORS preflights of every path.</summary>
public sealed class PreflightFunctions
{
    [Function("AnswerPreflight")]
    [OpenToAll("Browsers send preflights without credentials; the response headers say what is allowed.")]
    [RateLimit(RateCategory.System)]
    public Task<IResult> AnswerPreflightAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "{*path}")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Empty(StatusCodes.Status200OK));
}
