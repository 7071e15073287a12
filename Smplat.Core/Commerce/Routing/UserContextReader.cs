using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads the shopper's accounts at the providers; anything unusable is left out.</summary>
internal static class UserContextReader
{
    private const int LongestAccount = 128;
    private const int LongestToken = 4096;
    private const int MostLoyaltyIds = 10;

    /// <summary>What <see cref="Read"/> takes.</summary>
    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderUserContext",
        Account("krogerCustomerId", "kroger_customer_id"),
        Account("walmartCustomerId", "walmart_customer_id"),
        Account("instacartUserId", "instacart_user_id"),
        Account("mealmeUserId", "mealme_user_id"),
        new("loyaltyIds", InputShape.ListOf(InputShape.Text(), 0, null)) { Also = ["loyalty_ids"], IsLenient = true },
        new("krogerAccessToken", InputShape.Text(max: LongestToken)) { Also = ["kroger_access_token"], IsLenient = true });

    public static UserContext? Read(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } context)
        {
            return null;
        }

        return new UserContext(
            Account(context.Field("krogerCustomerId", "kroger_customer_id"), LongestAccount),
            Account(context.Field("walmartCustomerId", "walmart_customer_id"), LongestAccount),
            Account(context.Field("instacartUserId", "instacart_user_id"), LongestAccount),
            Account(context.Field("mealmeUserId", "mealme_user_id"), LongestAccount),
            Loyalty(context.Field("loyaltyIds", "loyalty_ids")),
            Account(context.Field("krogerAccessToken", "kroger_access_token"), LongestToken));
    }

    private static List<string>? Loyalty(JsonElement? given) =>
        given is { ValueKind: JsonValueKind.Array } ids
            ? [.. ids.EnumerateArray().Select(id => Account(id, LongestAccount)).OfType<string>().Take(MostLoyaltyIds)]
            : null;

    private static InputMember Account(string name, string also) =>
        new(name, InputShape.Text(max: LongestAccount)) { Also = [also], IsLenient = true };

    private static string? Account(JsonElement? given, int longest) =>
        given?.Text() is { Length: > 0 } text && text.Length <= longest ? text : null;
}
