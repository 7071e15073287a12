using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Functions.Http;

/// <summary>
/// The outermost layer: one span per request, and an answer for every exception. Unexpected exceptions are logged once
/// with the trace id that the caller gets; their message is not sent.
/// </summary>
public sealed class ErrorMiddleware(FunctionTraits traits, MigrationGate migrations, ILogger<ErrorMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private const int MaxIdLength = 64;

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
                // The caller has disconnected; nobody reads an answer.
                break;
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                // The host cancels over its own channel, perhaps before the connection closes: the caller disconnected, the
                // function timed out, or the host is stopping. A caller that is still connected can try again.
                await ErrorBody.WriteAsync(http, ErrorKind.Interrupted, "The request was interrupted before it finished; try again.", retryAfter: 1);
                break;
            case var conflict when DatabaseErrors.IsConflict(conflict):
                activity.Fail(exception);
                HttpLog.StorageUnavailable(logger, function, Redaction.Redact(exception.Message));
                await ErrorBody.WriteAsync(
                    http, ErrorKind.StorageUnavailable, "Another request was changing the same data, and this one was rolled back; try again.", retryAfter: 1);
                break;
            case var early when !migrations.IsOpen && DatabaseErrors.IsMissingSchema(early):
                activity.Fail(exception);
                HttpLog.StorageUnavailable(logger, function, Redaction.Redact(exception.Message));
                await ErrorBody.WriteAsync(
                    http, ErrorKind.StorageUnavailable, "The database is still being migrated; try again shortly.", retryAfter: 5);
                break;
            case var outage when DatabaseErrors.IsOutage(outage):
                activity.Fail(exception);
                HttpLog.StorageUnavailable(logger, function, Redaction.Redact(exception.Message));
                await ErrorBody.WriteAsync(
                    http, ErrorKind.StorageUnavailable, "The database is not responding; try again shortly.", retryAfter: 5);
                break;
            default:
                activity.Fail(exception);
                HttpLog.Unhandled(logger, function, ErrorBody.TraceId(), exception);
                await ErrorBody.WriteAsync(http, ErrorKind.Internal, "Something went wrong on our side. Please quote the trace id when you contact us.");
                break;
        }
    }

    /// <summary>
    /// The request as a span in the trace of the host, whose parent is the caller. Names follow OpenTelemetry's conventions
    /// for HTTP servers. Only the path of the address is recorded, because queries can carry tokens.
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

    /// <summary>Keeps segments that look like our ids and masks all others, such as mail addresses.</summary>
    private static string Path(HttpRequest request) => string.Join(
        '/',
        (request.Path.Value ?? "/").Split('/').Select(segment =>
            segment.Length <= MaxIdLength && segment.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
                ? segment
                : "…"));
}

/// <summary>A refusal or failure of the HTTP layer: its status, and its code in the commerce envelope.</summary>
public sealed record ErrorKind(int Status, string Code)
{
    public static readonly ErrorKind InvalidJson = new(400, "INVALID_JSON");
    public static readonly ErrorKind InvalidRequest = new(400, "INVALID_REQUEST");
    public static readonly ErrorKind Unauthorized = new(401, "UNAUTHORIZED");
    public static readonly ErrorKind Forbidden = new(403, "FORBIDDEN");
    public static readonly ErrorKind TooLarge = new(413, "REQUEST_TOO_LARGE");
    public static readonly ErrorKind UnsupportedEncoding = new(415, "UNSUPPORTED_ENCODING");
    public static readonly ErrorKind TooMany = new(429, "RATE_LIMIT_EXCEEDED");
    public static readonly ErrorKind Internal = new(500, "INTERNAL_ERROR");
    public static readonly ErrorKind Interrupted = new(503, "INTERRUPTED");
    public static readonly ErrorKind NotConfigured = new(503, "NOT_CONFIGURED");
    public static readonly ErrorKind StorageUnavailable = new(503, "STORAGE_UNAVAILABLE");
}

/// <summary>Writes error answers: <c>detail</c> and <c>trace_id</c> under /api, the envelope on commerce routes, a page under /ops.</summary>
public static class ErrorBody
{
    /// <param name="retryAfter">Seconds, if the request can be repeated.</param>
    /// <param name="maxSize">The limit in bytes, for bodies that are too large.</param>
    public static Task WriteAsync(
        HttpContext http, ErrorKind kind, string message, int? retryAfter = null, int? maxSize = null)
    {
        if (retryAfter is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (ErrorPage.IsFor(http.Request.Path))
        {
            return ErrorPage.WriteAsync(http, kind.Status, message);
        }

        return WriteAsync(http, kind.Status, writer =>
        {
            if (IsCommerce(http.Request.Path))
            {
                WriteEnvelope(writer, http, kind.Code, message, retryAfter, maxSize);
            }
            else
            {
                writer.WriteString("detail", message);
                writer.WriteString("trace_id", TraceId());
            }
        });
    }

    /// <summary>An error body whose members the caller writes.</summary>
    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        await using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = buffer.WrittenCount;
        // Writing to a caller who has disconnected does nothing; that is not a failure.
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, CancellationToken.None);
    }

    public static bool IsCommerce(PathString path) => path.StartsWithSegments("/functions/v1", StringComparison.OrdinalIgnoreCase);

    /// <summary>The trace of the request; a new id when there is none.</summary>
    public static string TraceId() => (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();

    private static void WriteEnvelope(
        Utf8JsonWriter writer, HttpContext http, string code, string message, int? retryAfter, int? maxSize)
    {
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        writer.WriteBoolean("success", false);
        writer.WriteStartObject("error");
        writer.WriteString("code", code);
        writer.WriteString("message", message);
        if (retryAfter is { } seconds)
        {
            writer.WriteNumber("retryAfter", seconds);
        }

        if (maxSize is { } bytes)
        {
            writer.WriteNumber("maxSize", bytes);
        }

        writer.WriteEndObject();
        writer.WriteString("requestId", RequestId.Create(now));
        writer.WriteString("timestamp", now.UtcDateTime);
    }
}

/// <summary>Writes all errors of a request (422), or on commerce routes the first few in the envelope (400).</summary>
public static class ValidationBody
{
    private const int MaxSentences = 5;

    public static Task WriteAsync(HttpContext http, IReadOnlyList<FieldError> errors)
    {
        if (ErrorBody.IsCommerce(http.Request.Path))
        {
            var kind = errors[0].Type is "json_invalid" or "json_duplicate" or "object_type" or "string_unicode" ? ErrorKind.InvalidJson : ErrorKind.InvalidRequest;
            return ErrorBody.WriteAsync(http, kind, string.Join(" ", errors.Take(MaxSentences).Select(Sentence)));
        }

        return ErrorBody.WriteAsync(http, StatusCodes.Status422UnprocessableEntity, writer =>
        {
            writer.WriteStartArray("detail");
            foreach (var error in errors)
            {
                writer.WriteStartObject();
                writer.WriteString("type", error.Type);
                writer.WriteStartArray("loc");
                foreach (var part in error.Location)
                {
                    if (part is int index)
                    {
                        writer.WriteNumberValue(index);
                    }
                    else
                    {
                        writer.WriteStringValue((string)part);
                    }
                }

                writer.WriteEndArray();
                writer.WriteString("msg", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("trace_id", ErrorBody.TraceId());
        });
    }

    private static string Sentence(FieldError error)
    {
        var path = string.Join(".", error.Location.Skip(1).Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));
        return error.Type == "json_invalid" ? $"The body is not valid JSON at byte {path}."
            : path.Length == 0 ? error.Message
            : $"{path}: {error.Message}";
    }
}

/// <summary>Error answers of routes that are opened in a browser: a page instead of JSON.</summary>
internal static class ErrorPage
{
    internal static bool IsFor(PathString path) => path.StartsWithSegments("/ops", StringComparison.OrdinalIgnoreCase);

    internal static Task WriteAsync(HttpContext http, int status, string message)
    {
        var page = Markup.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{status}</title></head>
            <body><main><h1>{status}</h1><p>{message}</p><p>Trace <code>{ErrorBody.TraceId()}</code></p><p><a href="/ops">Overview</a></p></main></body>
            </html>
            """);
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}
