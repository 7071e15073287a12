using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Http;

/// <summary>
/// Answers requests of one HTTP function: middleware chain, then the result outside of it, as the official worker does.
/// Whatever fails ends as a bare 500.
/// </summary>
internal sealed class HttpFunctionEndpoint(
    LocalFunction function, FunctionPipeline pipeline, FunctionSwitches switches, HostStop stop, ILogger logger)
{
    public async Task AnswerAsync(HttpContext http)
    {
        if (switches.IsDisabled(function.Name))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var context = new LocalFunctionContext(function, http.RequestServices, http, null, stop.Token);
        try
        {
            await pipeline.InvokeAsync(context);
            await RunResultAsync(context.Result, http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            InvocationLog.ClientLeft(logger, function.Name);
        }
        catch (Exception exception)
        {
            InvocationLog.Failed(logger, function.Name, exception);
            Refuse(http);
        }
    }

    private static Task RunResultAsync(object? result, HttpContext http) => result switch
    {
        IResult answer => answer.ExecuteAsync(http),
        IActionResult answer => answer.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new())),
        // A plain object is dropped, as by the official worker: the client gets an empty 200.
        _ => Task.CompletedTask,
    };

    private static void Refuse(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }
}
