using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.Hosting;

/// <summary>Answers in JSON whose names are written exactly as the anonymous types of the caller spell them.</summary>
public static class Reply
{
    private static readonly JsonSerializerOptions AsWritten = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult Json(object body, int status = 200) =>
        Results.Text(JsonSerializer.Serialize(body, AsWritten), "application/json", statusCode: status);

    public static IResult Empty(int status) => Results.StatusCode(status);

    public static IResult Page(string html) => Results.Content(html, "text/html");
}
