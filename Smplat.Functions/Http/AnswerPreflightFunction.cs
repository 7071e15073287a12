using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http;

[OpenToAll("Browsers send preflights without credentials; the headers say what is allowed.")]
public sealed class AnswerPreflightFunction
{
    [Function("AnswerPreflight")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "{*path}")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Empty(StatusCodes.Status200OK));
}
