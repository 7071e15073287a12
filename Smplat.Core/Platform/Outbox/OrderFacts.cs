using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>An order as messages tell it.</summary>
public sealed record OrderFacts(
    Guid Id,
    string Number,
    string Status,
    decimal Total,
    string Currency,
    string? Notes,
    string? ReceiptKey,
    string? ReceiptUrl,
    DateTimeOffset? ReceiptUploadedAt,
    IReadOnlyList<OrderItemFacts> Items);

/// <summary>One line of an order; the JSON members have the shapes that the storefront chose.</summary>
public sealed record OrderItemFacts(
    string Title,
    int Quantity,
    decimal TotalPrice,
    JsonElement SelectedOptions,
    JsonElement Attributes,
    JsonElement PlatformContext,
    JsonElement BaselineMetrics,
    JsonElement DeliverySnapshots,
    JsonElement TargetMetrics);
