using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.Core.Fulfillment;
using Smplat.Core.Guardrails;
using Smplat.Core.Notifications;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>The features around fulfillment with their own database and a fixed clock.</summary>
internal sealed class FulfillmentFixture : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly ServiceProvider _services;

    private FulfillmentFixture(TestDatabase database, ServiceProvider services, FixedClock clock)
    {
        (_database, _services, Clock) = (database, services, clock);
        Given = new(database.DataSource, clock);
    }

    public FixedClock Clock { get; }

    public FulfillmentRows Given { get; }

    public IServiceProvider Services => _services;

    public string ConnectionString => _database.ConnectionString;

    /// <param name="gateway">Replaces outside calls.</param>
    /// <param name="clock">The real clock, for tests that wait for timeouts.</param>
    public static async Task<FulfillmentFixture> CreateAsync(
        ITaskGateway? gateway = null, Dictionary<string, string?>? settings = null, TimeProvider? clock = null)
    {
        var database = await TestDatabase.CreateAsync();
        var still = new FixedClock();
        return new(database, Build(database.ConnectionString, clock ?? still, gateway, settings), still);
    }

    public static ServiceProvider Build(
        string connectionString, TimeProvider clock, ITaskGateway? gateway, Dictionary<string, string?>? settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["SMPLAT_DATABASE"] = connectionString,
            ["SMPLAT_ENVIRONMENT"] = "local",
            ["FULFILLMENT_WORKER_ENABLED"] = "true",
        };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        services.AddSingleton(clock);
        services.AddDatabase().AddObservability().AddJobs().AddNotifications().AddOrders().AddPayments().AddGuardrails().AddFulfillment();
        if (gateway is not null)
        {
            services.Replace(ServiceDescriptor.Singleton(gateway));
        }

        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<MigrationGate>().Open();
        return provider;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<WorkerReport> RunWorkerAsync(string owner = "worker-1") =>
        Get<FulfillmentWorker>().RunAsync(owner, CancellationToken.None);

    public async Task<TaskRow> TaskAsync(Guid id)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await connection.QuerySingleAsync<TaskRow>(Sql.Command(
            """
            select id, status, task_type, retry_count, attempt, rescues, error_message, result::text, payload::text, title, max_retries,
                scheduled_at, due_at, first_started_at, started_at, completed_at, lease_owner, held
            from fulfillment_tasks where id = @id
            """,
            new { id },
            CancellationToken.None));
    }

    public Task<T?> ScalarAsync<T>(string statement, object? parameters = null) => Given.ScalarAsync<T>(statement, parameters);

    public Task<int> ExecuteAsync(string statement, object? parameters = null) => Given.ExecuteAsync(statement, parameters);

    public Task<string> OrderStatusAsync(Guid orderId) =>
        ScalarAsync<string>("select status from orders where id = @orderId", new { orderId })!;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
