using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Http;

/// <summary>An answer whose bytes are ready.</summary>
public sealed class BytesAnswer(ReadOnlyMemory<byte> body, string? contentType, int status) : IResult
{
    public Dictionary<string, string> Headers { get; } = [];

    public int Status => status;

    public ReadOnlyMemory<byte> Body => body;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        if (status != StatusCodes.Status204NoContent)
        {
            response.ContentLength = body.Length;
        }

        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        return body.IsEmpty ? Task.CompletedTask : response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
