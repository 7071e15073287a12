using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Cli.Commands.Smoke;

/// <summary>The operations on the configured database, which is migrated and given the smoke check's product first.</summary>
public sealed class InProcessTarget : ISmokeTarget
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly JsonSerializerOptions Camel = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly ServiceProvider _services;

    private InProcessTarget(ServiceProvider services) => _services = services;

    public static async Task<InProcessTarget> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var services = CliServices.Create(parsed, add => add.AddOrders().AddPayments().AddFulfillment());
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        await services.GetServices<ISampleData>().OfType<SampleProducts>().Single().EnsureInstagramGrowthAsync(cancellationToken);
        return new(services);
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => path switch
    {
        "/healthz" => JsonSerializer.SerializeToElement(new { status = "ok" }),
        "/api/v1/fulfillment/metrics" => Element(await Figures.ReadFiguresAsync(cancellationToken), Snake),
        "/api/v1/fulfillment/health" => Element(await Figures.ReadHealthAsync(cancellationToken), Snake),
        "/api/v1/fulfillment/observability" => Element(await Figures.ReadObservabilityAsync(cancellationToken), Snake),
        "/api/v1/payments/observability" => Element(
            await _services.GetRequiredService<PaymentCounters>().ReadAsync(cancellationToken), Snake),
        "/api/v1/products/" => Element(
            await Catalog.ListAsync(new(null, ListProducts.MaxLimit), cancellationToken), Camel),
        _ when path.StartsWith("/api/v1/products/", StringComparison.Ordinal) => Element(
            await Catalog.FindAsync(Uri.UnescapeDataString(path["/api/v1/products/".Length..]), cancellationToken), Camel),
        _ => throw new InvalidOperationException($"{path} is not part of a smoke check."),
    };

    public async Task<JsonElement> PlaceOrderAsync(object body, CancellationToken cancellationToken)
    {
        var fields = Fields.From(JsonSerializer.SerializeToElement(body), "body");
        var command = PlaceOrder.Read(fields);
        fields.ThrowIfInvalid();
        return await _services.GetRequiredService<OrderPlacement>().PlaceAsync(command, cancellationToken) switch
        {
            PlaceOrderOutcome.Placed placed => Element(placed.Order, Snake),
            PlaceOrderOutcome.Refused refused => throw new SmokeFailedException(refused.Refusal.Message),
            var unknown => throw new InvalidOperationException($"Unexpected outcome {unknown}."),
        };
    }

    public void RequireKey()
    {
        // Operations have none.
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private WorkerMetrics Figures => _services.GetRequiredService<WorkerMetrics>();

    private ProductQueries Catalog => _services.GetRequiredService<ProductQueries>();

    private static JsonElement Element<T>(T value, JsonSerializerOptions options) => JsonSerializer.SerializeToElement(value, options);
}
