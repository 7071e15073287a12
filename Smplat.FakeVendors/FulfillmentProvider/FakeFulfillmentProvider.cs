using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Smplat.FakeVendors.Hosting;

namespace Smplat.FakeVendors.FulfillmentProvider;

/// <summary>
/// A provider that executes tasks. Like real ones it executes once per idempotency key, and gives a repeated key the same
/// answer again.
/// </summary>
public sealed class FakeFulfillmentProvider(TimeProvider clock) : FakeVendor("fulfillment-provider", clock)
{
    private static readonly string[] Types =
    [
        "instagram_setup", "follower_growth", "engagement_boost", "content_promotion", "analytics_collection", "campaign_optimization",
    ];

    private readonly ConcurrentDictionary<string, int> _requests = new();

    /// <summary>Requests per idempotency key; those after the first have no effect.</summary>
    public IReadOnlyDictionary<string, int> RequestsByKey => _requests;

    /// <summary>Requests without a key, which could take effect twice.</summary>
    public int WithoutKey { get; private set; }

    public Uri EndpointOf(string taskType) => new(Address, $"/tasks/{taskType}");

    public override IReadOnlyDictionary<string, string> Settings => Types.ToDictionary(
        type => $"FULFILLMENT_ENDPOINT_{type.ToUpperInvariant()}", type => EndpointOf(type).ToString());

    protected override void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tasks/{type}", Answer(Take));
        routes.MapPost("/orders", Answer(Take));
    }

    private IResult Take(HttpContext context)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0)
        {
            WithoutKey++;
            return Reply.Json(new { error = "Idempotency-Key is required" }, StatusCodes.Status400BadRequest);
        }

        var count = _requests.AddOrUpdate(key, 1, (_, before) => before + 1);
        return Reply.Json(new { id = $"job-{key}", state = "accepted", repeated = count > 1 }, StatusCodes.Status202Accepted);
    }
}
