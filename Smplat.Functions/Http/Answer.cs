using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>
/// Answers of functions. A body is serialised when the answer is made, inside the function, because the host runs results
/// after the middleware and a failure there would be a bare 500.
/// </summary>
public static class Answer
{
    public static IResult Snake<T>(T value, int status = StatusCodes.Status200OK) => Json(value, Naming.Snake, status);

    public static IResult Camel<T>(T value, int status = StatusCodes.Status200OK) => Json(value, Naming.Camel, status);

    public static IResult Json<T>(T value, Naming naming, int status = StatusCodes.Status200OK) =>
        new BytesAnswer(JsonSerializer.SerializeToUtf8Bytes(value, naming.Serializer()), "application/json; charset=utf-8", status);

    /// <summary>JSON that is already UTF-8 text.</summary>
    public static IResult JsonBytes(ReadOnlyMemory<byte> json, int status = StatusCodes.Status200OK) =>
        new BytesAnswer(json, "application/json; charset=utf-8", status);

    public static IResult Text(string text, string contentType = "text/plain; charset=utf-8", int status = StatusCodes.Status200OK) =>
        new BytesAnswer(Encoding.UTF8.GetBytes(text), contentType, status);

    /// <param name="policy">Content-Security-Policy of the page; pages have stricter ones than the API.</param>
    public static IResult Html(string page, string policy, int status = StatusCodes.Status200OK) =>
        new BytesAnswer(Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8", status)
        {
            Headers = { ["Content-Security-Policy"] = policy, ["Cache-Control"] = "no-store" },
        };

    public static IResult Empty(int status = StatusCodes.Status204NoContent) => new BytesAnswer(default, null, status);

    /// <summary>An error in the form of the routes under /api.</summary>
    public static IResult Detail(int status, string detail) =>
        Snake(new { detail, trace_id = ErrorBody.TraceId() }, status);

    public static IResult From(Refusal refusal)
    {
        var answer = (BytesAnswer)Snake(
            new { detail = refusal.Message, code = refusal.Code, trace_id = ErrorBody.TraceId() }, StatusOf(refusal));
        if (refusal is TooMany { RetryAfter: var wait })
        {
            answer.Headers["Retry-After"] = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return answer;
    }

    private static int StatusOf(Refusal refusal) => refusal switch
    {
        Invalid => StatusCodes.Status400BadRequest,
        NotFound => StatusCodes.Status404NotFound,
        Conflict => StatusCodes.Status409Conflict,
        TooMany => StatusCodes.Status429TooManyRequests,
        Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new InvalidOperationException($"No status for {refusal.GetType()}."),
    };
}
