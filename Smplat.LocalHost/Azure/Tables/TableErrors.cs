using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Reads code and message from an error answer of the table service.</summary>
internal sealed class TableErrors : RequestFailedDetailsParser
{
    public static readonly TableErrors Parser = new();

    public static string? CodeOf(Response response) =>
        Parser.TryParse(response, out var error, out _) ? error?.Code : null;

    public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
    {
        (error, data) = (null, null);
        try
        {
            using var body = JsonDocument.Parse(response.Content);
            var root = body.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("odata.error", out var found))
            {
                return false;
            }

            var message = found.GetProperty("message").GetProperty("value").GetString();
            error = new ResponseError(found.GetProperty("code").GetString(), message);
            return true;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
