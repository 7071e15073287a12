using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Functions.Http;

/// <summary>Writes error answers: <c>detail</c> and <c>trace_id</c> under /api, the envelope on commerce routes, a page under /ops.</summary>
public static class ErrorBody
{
    /// <param name="retryAfter">Seconds, for answers that are worth repeating.</param>
    /// <param name="maxSize">Bytes, for bodies that are too large.</param>
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
        // To a caller who has left nothing is written, and that is no failure of the answer.
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, CancellationToken.None);
    }

    public static bool IsCommerce(PathString path) => path.StartsWithSegments("/functions/v1", StringComparison.OrdinalIgnoreCase);

    /// <summary>The trace that the request belongs to; a fresh id when nobody traces.</summary>
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
