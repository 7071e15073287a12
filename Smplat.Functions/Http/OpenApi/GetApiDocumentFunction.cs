using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http.OpenApi;

[OpenToAll("The shape of the API is no secret.")]
public sealed class GetApiDocumentFunction(ApiDocument document)
{
    [Function("GetApiDocument")]
    [Operation("This document", Tag = "Reference")]
    [Answers(200, "OpenAPI 3.1", ContentType = "application/json")]
    [Answers(304, "The caller has it already")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/openapi.json")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(document.File.Answer(request));
}
