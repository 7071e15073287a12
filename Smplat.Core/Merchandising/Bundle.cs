using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>Products that are sold together as one line.</summary>
public sealed record Bundle
{
    public required Guid Id { get; init; }

    /// <summary>The product beside which the bundle is offered.</summary>
    public required string PrimaryProductSlug { get; init; }

    public required string BundleSlug { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    public string? SavingsCopy { get; init; }

    /// <summary>The lower, the earlier it is offered.</summary>
    public int CmsPriority { get; init; } = 100;

    /// <summary>JSON list of <see cref="BundleComponent"/>.</summary>
    public required string Components { get; init; }

    /// <summary>One of <see cref="Merchandising.PriceRule"/>.</summary>
    public string PriceRule { get; init; } = Merchandising.PriceRule.Sum;

    /// <summary>An amount or percent, as the rule says; null for <c>sum</c>.</summary>
    public decimal? PriceValue { get; init; }

    /// <summary>JSON object.</summary>
    public string Metadata { get; init; } = "{}";

    public long Version { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Slug">Of a product or a bundle.</param>
/// <param name="Kind"><c>product</c> or <c>bundle</c>.</param>
public sealed record BundleComponent(string Slug, int Quantity, string Kind)
{
    public const string Product = "product";
    public const string Bundle = "bundle";
    public const int MaxQuantity = 1_000;
    public const int MaxCount = 50;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private static readonly string[] Kinds = [Product, Bundle];

    public static BundleComponent Read(Fields fields) => new(
        ProductContent.ReadSlug(fields, "slug"),
        fields.Integer("quantity", 1, MaxQuantity) ?? 1,
        fields.Label("kind", Kinds) ?? Product);

    public static IReadOnlyList<BundleComponent> Parse(string json) => JsonSerializer.Deserialize<BundleComponent[]>(json, Options) ?? [];

    public static string ToJson(IEnumerable<BundleComponent> components) => JsonSerializer.Serialize(components, Options);
}

/// <summary>How the price of a bundle follows from those of its components.</summary>
public static class PriceRule
{
    /// <summary>What the components cost.</summary>
    public const string Sum = "sum";

    /// <summary>A price of its own.</summary>
    public const string Fixed = "fixed";

    /// <summary>An amount less than the components, never below zero.</summary>
    public const string AmountOff = "amount_off";

    /// <summary>A percentage less than the components.</summary>
    public const string PercentOff = "percent_off";

    public static readonly IReadOnlyList<string> All = [Sum, Fixed, AmountOff, PercentOff];
}
