using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Reads code and message from an error answer of the table service.</summary>
internal sealed class TableErrors : RequestFailedDetailsParser
{
    public static readonly TableErrors Parser = new();

    public static string? CodeOf(Response response) => Parser.TryParse(response, out var error, out _) ? error?.Code : null;

    public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
    {
        (error, data) = (null, null);
        try
        {
            using var body = JsonDocument.Parse(response.Content);
            if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty("odata.error", out var found))
            {
                return false;
            }

            error = new ResponseError(found.GetProperty("code").GetString(), found.GetProperty("message").GetProperty("value").GetString());
            return true;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
