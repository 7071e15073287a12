using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smplat.Core.Orders;

/// <summary>One line of an order. The JSON columns are carried as text and parsed where they are read.</summary>
public sealed record OrderItem
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? ProductId { get; init; }

    public required string ProductTitle { get; init; }

    public int Quantity { get; init; }

    public decimal UnitPrice { get; init; }

    public decimal TotalPrice { get; init; }

    public string? SelectedOptions { get; init; }

    public string? Attributes { get; init; }

    public string? PlatformContext { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 64 });
}
