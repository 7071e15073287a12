using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Smplat.Core.Database;
using Smplat.Core.Input;
using Smplat.Core.Observability;
using Smplat.Functions.Http.Bodies;

namespace Smplat.Functions.Http.Errors;

/// <summary>
/// The outermost layer: one span a request, and an answer for everything that went wrong inside. Defects are logged once
/// with the trace id that the caller is given; their text stays here.
/// </summary>
public sealed class ErrorMiddleware(ILogger<ErrorMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        using var activity = StartActivity(context, http.Request);
        try
        {
            await next(context);
            activity?.SetTag("http.response.status_code", http.Response.StatusCode);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, context.FunctionDefinition.Name, exception, activity);
        }
    }

    private async Task AnswerAsync(HttpContext http, string function, Exception exception, Activity? activity)
    {
        switch (exception)
        {
            case InvalidInputException invalid:
                await ValidationBody.WriteAsync(http, invalid.Errors);
                break;
            case UnreadableBodyException unreadable:
                await ErrorBody.WriteAsync(http, unreadable.Kind, unreadable.Message, maxSize: unreadable.MaxSize);
                break;
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                // Nobody is there to read an answer.
                break;
            case var outage when Transient.IsOutage(outage):
                activity.Fail(exception);
                HttpLog.StorageUnavailable(logger, function, Redaction.Redact(exception.Message));
                await ErrorBody.WriteAsync(
                    http, ErrorKind.StorageUnavailable, "The database does not answer; try again shortly.", retryAfter: 5);
                break;
            default:
                activity.Fail(exception);
                HttpLog.Unhandled(logger, function, ErrorBody.TraceId(), exception);
                await ErrorBody.WriteAsync(http, ErrorKind.Internal, "Something went wrong on our side; quote the trace id.");
                break;
        }
    }

    private static Activity? StartActivity(FunctionContext context, HttpRequest request)
    {
        if (!SmplatTelemetry.Activities.HasListeners())
        {
            return null;
        }

        // The host's span; the caller's is its parent.
        ActivityContext.TryParse(context.TraceContext.TraceParent, context.TraceContext.TraceState, isRemote: true, out var parent);
        var activity = parent != default
            ? SmplatTelemetry.Activities.StartActivity(context.FunctionDefinition.Name, ActivityKind.Server, parent)
            : SmplatTelemetry.Activities.StartActivity(context.FunctionDefinition.Name, ActivityKind.Server);
        return activity?.SetTag("http.request.method", request.Method).SetTag("url.path", request.Path.Value);
    }
}
