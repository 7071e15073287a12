using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Functions.Http;

/// <summary>
/// The outermost layer: one span a request, and an answer for everything that went wrong inside. Defects are logged once
/// with the trace id that the caller is given; their text stays here.
/// </summary>
public sealed class ErrorMiddleware(FunctionTraits traits, ILogger<ErrorMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private const int LongestId = 64;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        var activity = StartActivity(context, http.Request);
        // The worker writes the function's result after its middleware, so the status is known when the answer is complete.
        http.Response.OnCompleted(() => EndAsync(activity, http));
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, context, exception, activity);
        }
    }

    private async Task AnswerAsync(HttpContext http, FunctionContext context, Exception exception, Activity activity)
    {
        var function = context.FunctionDefinition.Name;
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
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                // The host says so over its own channel, perhaps a moment before the connection does: the caller has left, the
                // function's time is over, or the host stops. Whoever is still there may ask again.
                await ErrorBody.WriteAsync(http, ErrorKind.Interrupted, "The request was cut off before it was done; try again.", retryAfter: 1);
                break;
            case var outage when DatabaseErrors.IsOutage(outage):
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

    /// <summary>
    /// The request in the trace of the host, whose parent is the caller. Names follow OpenTelemetry's conventions for HTTP
    /// servers; of the address only the path is told, since queries carry tokens.
    /// </summary>
    private Activity StartActivity(FunctionContext context, HttpRequest request)
    {
        var route = traits.Of(context.FunctionDefinition).Route;
        var activity = SmplatTelemetry.Start(
            $"{request.Method} {route}",
            ActivityKind.Server,
            SmplatTelemetry.ParentOf(context.TraceContext.TraceParent, context.TraceContext.TraceState));
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("http.request.method", request.Method)
                .SetTag("http.route", route)
                .SetTag("url.path", Path(request))
                .SetTag("url.scheme", request.Scheme)
                .SetTag("server.address", request.Host.Host)
                .SetTag("server.port", request.Host.Port)
                .SetTag("faas.trigger", "http")
                .SetTag("faas.invocation_id", context.InvocationId);
        }

        return activity;
    }

    private static Task EndAsync(Activity activity, HttpContext http)
    {
        if (activity.IsAllDataRequested)
        {
            var status = http.Response.StatusCode;
            activity.SetTag("http.response.status_code", status);
            if (status >= 500 && activity.Status != ActivityStatusCode.Error)
            {
                activity.Fail(status.ToString(CultureInfo.InvariantCulture));
            }
        }

        activity.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Ids stay; a segment that no id of ours looks like, such as a mail address, does not.</summary>
    private static string Path(HttpRequest request) => string.Join(
        '/',
        (request.Path.Value ?? "/").Split('/').Select(segment =>
            segment.Length <= LongestId && segment.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
                ? segment
                : "…"));
}
