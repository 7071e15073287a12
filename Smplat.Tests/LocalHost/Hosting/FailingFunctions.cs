using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class FailingFunctions
{
    [Function("Fail")]
    public Task<IResult> FailAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fail")] HttpRequest request)
    {
        request.HttpContext.Response.Headers["X-Set-Before"] = "yes";
        throw new InvalidOperationException("secret detail");
    }

    [Function("FailInResult")]
    public IResult FailInResult(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fail-in-result")] HttpRequest request) =>
        new FailingResult(request.Query.ContainsKey("late"));

    private sealed class FailingResult(bool isLate) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (isLate)
            {
                httpContext.Response.ContentLength = 1000;
                await httpContext.Response.WriteAsync("begun");
                await httpContext.Response.Body.FlushAsync();
            }

            throw new InvalidOperationException("secret detail");
        }
    }
}
