using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.MealMe;

/// <summary>Lenient reading of request bodies: what is missing or of another type reads as null.</summary>
internal static class JsonBody
{
    public static async Task<JsonElement?> ReadAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string? Text(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static int? Number(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : null;

    public static bool? Switch(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : null;

    public static IEnumerable<JsonElement> List(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>Lines with a product id and a quantity, which defaults to 1.</summary>
    public static IEnumerable<(string? ProductId, int Quantity)> Lines(this JsonElement body) =>
        body.List("items").Select(item => (item.Text("product_id"), item.Number("quantity") ?? 1));
}
