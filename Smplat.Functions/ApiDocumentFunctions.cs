using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The OpenAPI document and the page that shows it.</summary>
public sealed class ApiDocumentFunctions(ApiDocument document)
{
    [Function("GetApiDocument")]
    [OpenToAll("The description of the API is not secret.")]
    [RateLimit(RateCategory.System)]
    [Operation("This document", Tag = "Reference")]
    [Answers(200, "OpenAPI 3.1", ContentType = "application/json")]
    [Answers(304, "Not modified")]
    public Task<IResult> GetApiDocumentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/openapi.json")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(document.File.Answer(request));

    [Function("GetApiPage")]
    [OpenToAll("The description of the API is not secret.")]
    [RateLimit(RateCategory.System)]
    [Operation("The API reference page", Tag = "Reference")]
    [Answers(200, "A page", ContentType = "text/html")]
    public Task<IResult> GetApiPageAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(ApiReference.Page());

    [Function("GetApiPageFile")]
    [OpenToAll("The page that loads these files is open too.")]
    [RateLimit(RateCategory.System)]
    [Operation("A script of that page", Tag = "Reference")]
    [Answers(200, "The script", ContentType = "text/javascript")]
    [Answers(304, "Not modified")]
    [Answers(404, "There is no such file")]
    public Task<IResult> GetApiPageFileAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs/{file}")] HttpRequest request,
        string file,
        CancellationToken cancellationToken) => Task.FromResult(
            ApiReference.Find(file) is { } found ? found.Answer(request) : Answer.Detail(StatusCodes.Status404NotFound, "There is no such file."));
}
