using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Smplat.Core.Guardrails;
using Smplat.Core.Merchandising;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat smoke</c>: quick checks of a deployment. Exit code 0 when every check passed, else 1; 2 for a usage error.</summary>
public sealed class SmokeCommands : ICommandModule
{
    private static readonly Option<bool> InProcess = new("--in-process")
    {
        Description = "Call the operations on the configured database instead of a running app.",
    };

    public void AddTo(RootCommand root)
    {
        var fulfillment = new CliCommand(
            "fulfillment",
            "Check the worker's health, metrics and observability.",
            "smplat smoke fulfillment --base-url https://api.example.com",
            "smplat smoke fulfillment --in-process")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout, InProcess,
        };
        fulfillment.SetWork((parsed, token) => RunAsync(parsed, FulfillmentSmoke.RunAsync, token));
        var checkout = new CliCommand(
            "checkout",
            "Check the product list, order creation and payment observability. Places an order.",
            "smplat smoke checkout --base-url https://api.example.com --api-key \"$CHECKOUT_API_KEY\"",
            "smplat smoke checkout --in-process")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout, InProcess,
        };
        checkout.SetWork((parsed, token) => RunAsync(parsed, CheckoutSmoke.RunAsync, token));
        root.Subcommands.Add(new Command("smoke", "Quick checks of a deployment.") { fulfillment, checkout });
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Func<ISmokeTarget, SmokeReport, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await using ISmokeTarget target = parsed.GetValue(InProcess)
            ? await InProcessTarget.CreateAsync(parsed, cancellationToken)
            : new HttpTarget(ApiOptions.Connect(parsed));
        var report = new SmokeReport(isQuiet: parsed.IsJson());
        try
        {
            await run(target, report, cancellationToken);
        }
        catch (SmokeFailedException exception)
        {
            return parsed.Show(
                new { passed = false, checks = report.Passed, failed = exception.Message },
                () => CliCommand.Fail($"[smoke] FAILED {exception.Message}"),
                CommandLine.Failed);
        }

        return parsed.Show(
            new { passed = true, checks = report.Passed, failed = (string?)null }, $"[smoke] {report.Passed.Count} checks passed");
    }
}

/// <summary>Checks that a shopper can place an order.</summary>
internal static class CheckoutSmoke
{
    internal static async Task RunAsync(ISmokeTarget target, SmokeReport report, CancellationToken cancellationToken)
    {
        var health = await target.GetAsync("/healthz", cancellationToken);
        report.Check(health.TryGetProperty("status", out var status) && status.GetString() == "ok", "/healthz says ok");

        var product = await FindProductAsync(target, report, cancellationToken);
        var price = product.GetProperty("basePrice").GetDecimal();
        report.Check(price > 0, "the product has a price");

        var order = await target.PlaceOrderAsync(
            new
            {
                items = new[]
                {
                    new
                    {
                        product_id = product.GetProperty("id").GetString(),
                        product_title = product.GetProperty("title").GetString(),
                        quantity = 1,
                        unit_price = price,
                        total_price = price,
                    },
                },
                currency = product.GetProperty("currency").GetString(),
                source = "checkout",
                notes = "smoke check",
            },
            cancellationToken);
        report.HasMembers(order, "order", "order_number", "items");
        report.HasMembers(order.GetProperty("items")[0], "its item", "product_title");

        var payments = await target.GetAsync("/api/v1/payments/observability", cancellationToken);
        report.HasMembers(payments, "payment observability", "checkout", "webhooks");
        report.HasMembers(payments.GetProperty("checkout").GetProperty("totals"), "checkout totals", "succeeded");
    }

    private static async Task<JsonElement> FindProductAsync(
        ISmokeTarget target, SmokeReport report, CancellationToken cancellationToken)
    {
        var products = await target.GetAsync("/api/v1/products/", cancellationToken);
        report.Check(products.ValueKind == JsonValueKind.Array && products.GetArrayLength() > 0, "there are products");
        JsonElement[] active = [.. products.EnumerateArray().Where(product => product.GetProperty("status").GetString() == "active")];
        report.Check(active.Length > 0, "one of them is active");
        report.HasMembers(active[0], "it", "id", "slug", "title", "basePrice", "currency");

        var slug = active[0].GetProperty("slug").GetString()!;
        var product = await target.GetAsync($"/api/v1/products/{Uri.EscapeDataString(slug)}", cancellationToken);
        report.Check(
            product.ValueKind == JsonValueKind.Object && product.GetProperty("slug").GetString() == slug, $"{slug} is found by its slug");
        return product;
    }
}

/// <summary>Checks that the worker's figures are available and complete, even right after the first start.</summary>
internal static class FulfillmentSmoke
{
    internal static async Task RunAsync(ISmokeTarget target, SmokeReport report, CancellationToken cancellationToken)
    {
        var health = await target.GetAsync("/healthz", cancellationToken);
        report.Check(health.TryGetProperty("status", out var status) && status.GetString() == "ok", "/healthz says ok");

        report.HasMembers(
            await target.GetAsync("/api/v1/fulfillment/metrics", cancellationToken), "metrics", "tasks_processed", "tasks_failed");
        report.HasMembers(
            await target.GetAsync("/api/v1/fulfillment/health", cancellationToken),
            "health", "running", "poll_interval_seconds", "batch_size", "metrics");
        var observability = await target.GetAsync("/api/v1/fulfillment/observability", cancellationToken);
        report.HasMembers(observability, "observability", "totals", "per_task_type", "events");
        report.HasMembers(observability.GetProperty("totals"), "totals", "processed", "failed", "retried", "dead_lettered");
    }
}

/// <summary>The checks that passed, in order; the first failure ends the run.</summary>
/// <param name="isQuiet">Prints nothing; the caller reads <see cref="Passed"/> afterwards.</param>
public sealed class SmokeReport(bool isQuiet)
{
    private readonly List<string> _passed = [];

    public IReadOnlyList<string> Passed => _passed;

    /// <exception cref="SmokeFailedException">The check failed.</exception>
    public void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new SmokeFailedException(what);
        }

        _passed.Add(what);
        if (!isQuiet)
        {
            Console.WriteLine($"[smoke] ok {what}");
        }
    }

    /// <exception cref="SmokeFailedException">A member is missing.</exception>
    public void HasMembers(JsonElement answer, string what, params string[] members)
    {
        var missing = members.Where(member => answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(member, out _)).ToArray();
        Check(missing.Length == 0, missing.Length == 0 ? $"{what} has {string.Join(", ", members)}" : $"{what} lacks {string.Join(", ", missing)}");
    }
}

/// <summary>A failed check; the message names it.</summary>
public sealed class SmokeFailedException(string message) : Exception(message);

/// <summary>What to check: a running app over HTTP, or the operations in this process.</summary>
public interface ISmokeTarget : IAsyncDisposable
{
    /// <summary>Returns what the route of this path returns.</summary>
    Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken);

    Task<JsonElement> PlaceOrderAsync(object body, CancellationToken cancellationToken);
}

/// <summary>A running app.</summary>
public sealed class HttpTarget(ApiClient api) : ISmokeTarget
{
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => api.GetAsync(path, cancellationToken);

    public Task<JsonElement> PlaceOrderAsync(object body, CancellationToken cancellationToken) =>
        api.PostAsync("/api/v1/orders/", body, cancellationToken);

    public ValueTask DisposeAsync()
    {
        api.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The operations on the configured database, which is first migrated and given the product that the check orders.</summary>
public sealed class InProcessTarget : ISmokeTarget
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly JsonSerializerOptions Camel = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly ServiceProvider _services;

    private InProcessTarget(ServiceProvider services) => _services = services;

    public static async Task<InProcessTarget> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var services = CliServices.Create(parsed, add => add.AddOrders().AddPayments().AddGuardrails().AddFulfillment());
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
            await Catalog.ListAsync(new(), cancellationToken), Camel),
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

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private WorkerMetrics Figures => _services.GetRequiredService<WorkerMetrics>();

    private ProductQueries Catalog => _services.GetRequiredService<ProductQueries>();

    private static JsonElement Element<T>(T value, JsonSerializerOptions options) => JsonSerializer.SerializeToElement(value, options);
}
