using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;
using Smplat.FakeVendors;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>
/// The real gateways against the fake vendors, over real sockets and without a database. Settings of the test override
/// those of the vendors.
/// </summary>
public sealed class VendorFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IConfigurationRoot _configuration;

    private VendorFixture(FakeVendorSet vendors, TimeProvider clock, Action<IServiceCollection>? adjust, (string Name, string Value)[] settings)
    {
        Vendors = vendors;
        var all = new Dictionary<string, string?>(vendors.Settings.Select(entry => KeyValuePair.Create(entry.Key, (string?)entry.Value)))
        {
            ["SMPLAT_ENVIRONMENT"] = "local",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        _configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddSingleton(clock);
        services.AddSettings<RuntimeOptions>();
        services.AddSettings<QuoteCacheOptions>();
        services.AddSingleton(SmplatDataSource.Create(new DatabaseOptions(), null));
        services.AddSingleton<CounterStore>();
        services.AddSingleton<DurableCounters>();
        adjust?.Invoke(services);
        services.AddVendors();
        _services = services.BuildServiceProvider();
    }

    public FakeVendorSet Vendors { get; }

    public static async Task<VendorFixture> StartAsync(params (string Name, string Value)[] settings) =>
        new(await FakeVendorSet.StartAsync(CancellationToken.None), TimeProvider.System, null, settings);

    /// <summary>With the aggregator in its newer dialect, or its older one.</summary>
    public static async Task<VendorFixture> StartAsync(
        bool satsuma, Action<IServiceCollection>? adjust = null, params (string Name, string Value)[] settings)
    {
        var vendors = await FakeVendorSet.StartAsync(CancellationToken.None);
        (string Name, string Value)[] dialect =
            satsuma ? [.. vendors.Satsuma.Settings.Select(entry => (entry.Key, entry.Value))] : [];
        return new VendorFixture(vendors, TimeProvider.System, adjust, [.. dialect, .. settings]);
    }

    public static async Task<VendorFixture> StartAsync(
        TimeProvider clock, Action<IServiceCollection>? adjust = null, params (string Name, string Value)[] settings) =>
        new(await FakeVendorSet.StartAsync(clock, CancellationToken.None), clock, adjust, settings);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>The gateway with all its decorators, as routing sees it.</summary>
    public IProviderGateway Gateway(ProviderId id) => Get<IEnumerable<IProviderGateway>>().Single(gateway => gateway.Id == id);

    public void Set(string name, string? value)
    {
        _configuration[name] = value;
        _configuration.Reload();
    }

    /// <summary>Asks as a request does: with the provider's timeout, and thrown failures as values.</summary>
    public async Task<QuoteOutcome> QuoteAsync(
        ProviderId id, QuoteRequest? request = null, int timeoutMs = 5000, int retries = 0)
    {
        using var limit = new CancellationTokenSource(timeoutMs);
        try
        {
            return await Gateway(id).QuoteAsync(request ?? Basket(), Config(id, timeoutMs, retries), limit.Token);
        }
        catch (ProviderFailureException failed)
        {
            return new QuoteOutcome.Failed(failed.Failure);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new QuoteOutcome.Failed(ProviderFailure.Timeout(id, timeoutMs));
        }
    }

    public async Task<ProviderQuote> QuotedAsync(ProviderId id, QuoteRequest? request = null)
    {
        var outcome = await QuoteAsync(id, request);
        return outcome is QuoteOutcome.Quoted { Quote: var quote } ? quote : throw new AssertionException($"No quote but {outcome}");
    }

    public async Task<ProviderFailure> FailedAsync(
        ProviderId id, QuoteRequest? request = null, int timeoutMs = 5000, int retries = 0)
    {
        var outcome = await QuoteAsync(id, request, timeoutMs, retries);
        return outcome is QuoteOutcome.Failed { Failure: var failure } ? failure : throw new AssertionException($"No failure but {outcome}");
    }

    public static ProviderConfig Config(ProviderId id, int timeoutMs = 5000, int retries = 0) =>
        new()
        {
            Id = id,
            Name = id.ToString(),
            Enabled = true,
            Priority = 50,
            CommissionRate = 0.03m,
            Regions = ["US"],
            TimeoutMs = timeoutMs,
            MaxRetries = retries,
        };

    public static QuoteRequest Basket(params RequestedItem[] items) => BasketTo("94102", items);

    public static QuoteRequest BasketTo(string postalCode, params RequestedItem[] items)
    {
        var address = new DeliveryAddress("San Francisco", postalCode, "US", "CA", "123 Main St");
        RequestedItem[] lines = items.Length > 0
            ? items
            :
            [
                new("chicken", "Chicken Breast", 2, "lbs"),
                new("rice", "Brown Rice", 1, "bag"),
                new("broccoli", "Broccoli", 3, "lbs"),
            ];
        return new QuoteRequest(lines, address, CartHash.Compute(lines, address));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Vendors.DisposeAsync();
    }
}
