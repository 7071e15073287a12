using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http.OpenApi;

[OpenToAll("The page that loads these files is open too.")]
public sealed class GetApiPageFileFunction
{
    [Function("GetApiPageFile")]
    [Operation("A script of that page", Tag = "Reference")]
    [Answers(200, "The script", ContentType = "text/javascript")]
    [Answers(304, "The browser has it already")]
    [Answers(404, "There is no such file")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs/{file}")] HttpRequest request,
        string file,
        CancellationToken cancellationToken) => Task.FromResult(
            ApiReference.Find(file) is { } found ? found.Answer(request) : Answer.Detail(StatusCodes.Status404NotFound, "There is no such file."));
}
