using System.Text.Json;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Requests;

/// <summary>Reads the shopper's accounts at the providers; anything unusable is left out.</summary>
internal static class UserContextReader
{
    public static UserContext? Read(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } context)
        {
            return null;
        }

        return new UserContext(
            Account(context.Field("krogerCustomerId", "kroger_customer_id"), 128),
            Account(context.Field("walmartCustomerId", "walmart_customer_id"), 128),
            Account(context.Field("instacartUserId", "instacart_user_id"), 128),
            Account(context.Field("mealmeUserId", "mealme_user_id"), 128),
            Loyalty(context.Field("loyaltyIds", "loyalty_ids")),
            Account(context.Field("krogerAccessToken", "kroger_access_token"), 4096));
    }

    private static List<string>? Loyalty(JsonElement? given) =>
        given is { ValueKind: JsonValueKind.Array } ids
            ? [.. ids.EnumerateArray().Select(id => Account(id, 128)).OfType<string>().Take(10)]
            : null;

    private static string? Account(JsonElement? given, int longest) =>
        given?.Text() is { Length: > 0 } text && text.Length <= longest ? text : null;
}
