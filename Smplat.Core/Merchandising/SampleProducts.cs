using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>Products for local runs and smoke checks: one for each way in which an order is turned into tasks.</summary>
public sealed class SampleProducts(ProductStore products) : ISampleData
{
    /// <summary>The product that the checkout smoke check orders.</summary>
    public static Product InstagramGrowth { get; } = Sample(
        "0198f000-0000-7000-8000-000000000001",
        "instagram-growth",
        "Instagram Growth",
        "Steady growth of an account over thirty days.",
        "instagram",
        299.00m,
        null);

    private static readonly Product[] All =
    [
        InstagramGrowth,
        Sample(
            "0198f000-0000-7000-8000-000000000002",
            "content-spotlight",
            "Content Spotlight",
            "One piece of content in front of the right readers.",
            "content",
            149.00m,
            null),
        Sample(
            "0198f000-0000-7000-8000-000000000003",
            "launch-campaign",
            "Launch Campaign",
            "A planned campaign: figures first, then two promotions.",
            "campaign",
            499.00m,
            """
            {
              "tasks": [
                { "type": "analytics_collection", "title": "Collect starting figures", "schedule_offset_minutes": 5 },
                { "type": "content_promotion", "title": "First promotion", "schedule_offset_hours": 6 },
                { "type": "campaign_optimization", "title": "Adjust the campaign", "schedule_offset_hours": 48, "max_retries": 5 }
              ]
            }
            """),
    ];

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var product in All)
        {
            await products.InsertSampleAsync(product, cancellationToken);
        }

        return true;
    }

    /// <summary>A product that an order uses stays.</summary>
    public Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken) =>
        products.DeleteUnusedAsync([.. All.Select(product => product.Id)], cancellationToken);

    /// <summary>Adds the smoke check's product when it is missing; for smoke checks that run in process.</summary>
    public Task<bool> EnsureInstagramGrowthAsync(CancellationToken cancellationToken) =>
        products.InsertSampleAsync(InstagramGrowth, cancellationToken);

    private static Product Sample(
        string id, string slug, string title, string description, string category, decimal price, string? config) => new()
        {
            Id = Guid.Parse(id),
            Slug = slug,
            Title = title,
            Description = description,
            Category = category,
            BasePrice = price,
            Currency = "EUR",
            Status = "active",
            ChannelEligibility = """["storefront"]""",
            FulfillmentConfig = config,
        };
}
