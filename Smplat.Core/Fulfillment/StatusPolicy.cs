using System.Net;
using System.Text.Json.Nodes;

namespace Smplat.Core.Fulfillment;

/// <summary>Which statuses of a call mean success, and which failures may pass.</summary>
public static class StatusPolicy
{
    /// <param name="execution">Its <c>success_statuses</c>, else <c>success_status_min</c> and <c>_max</c>, else 2xx.</param>
    public static bool IsSuccess(int status, JsonObject execution)
    {
        if (execution["success_statuses"] is JsonArray { Count: > 0 } statuses)
        {
            return statuses.Any(entry => ToInteger(entry) == status);
        }

        var min = ToInteger(execution["success_status_min"]);
        var max = ToInteger(execution["success_status_max"]);
        return status >= (min ?? 200) && status <= (max ?? 299);
    }

    /// <summary>True when repeating the call cannot help: the caller's own mistake, except where time may mend it.</summary>
    public static bool IsPermanent(HttpStatusCode status) =>
        (int)status is >= 300 and < 500
        and not (int)HttpStatusCode.RequestTimeout
        and not (int)HttpStatusCode.Conflict
        and not 425
        and not (int)HttpStatusCode.TooManyRequests;

    internal static int? ToInteger(JsonNode? node) => node is JsonValue value
        ? value.TryGetValue<int>(out var number) ? number
            : value.TryGetValue<string>(out var text) && int.TryParse(text, out var parsed) ? parsed
            : null
        : null;
}
