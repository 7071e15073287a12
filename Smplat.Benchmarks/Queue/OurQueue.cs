using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.Core.Fulfillment;
using Smplat.Core.Notifications;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Benchmarks.Queue;

/// <summary>The product's worker with tasks that do nothing: claims, leases, acknowledgements, roll-ups and counters are all real.</summary>
internal sealed class OurQueue : IAsyncDisposable
{
    private readonly string _database;
    private readonly BacklogStore _backlog;

    private OurQueue(string database, BacklogStore backlog) => (_database, _backlog) = (database, backlog);

    public static async Task<OurQueue> CreateAsync(string database, CancellationToken cancellationToken)
    {
        await using var services = Build(database, null);
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        return new(database, new BacklogStore(database));
    }

    /// <returns>Tasks per second, from the first claim until the last roll-up.</returns>
    public async Task<double> DrainAsync(QueueKind kind, CancellationToken cancellationToken)
    {
        await _backlog.FillAsync(kind.Tasks, kind.CompletesOrders, cancellationToken);
        await using var services = Build(_database, kind);
        var drain = services.GetRequiredService<FulfillmentWorker>();
        var watch = Stopwatch.StartNew();
        var reports = await Task.WhenAll(Enumerable.Range(0, kind.Workers).Select(
            _ => Task.Run(() => drain.RunAsync(Guid.NewGuid().ToString("N"), cancellationToken))));
        var seconds = watch.Elapsed.TotalSeconds;
        var done = await _backlog.CountCompletedAsync(cancellationToken);
        return done == kind.Tasks && reports.Sum(report => report.Processed) == kind.Tasks
            ? kind.Tasks / seconds
            : throw new InvalidOperationException($"{done} of {kind.Tasks} tasks are completed.");
    }

    public Task MeasureClaimsAsync(int tasks, CancellationToken cancellationToken) =>
        new ClaimLatency(_database, _backlog).RunAsync(tasks, cancellationToken);

    public ValueTask DisposeAsync() => _backlog.DisposeAsync();

    private static ServiceProvider Build(string database, QueueKind? kind)
    {
        var settings = new Dictionary<string, string?> { ["SMPLAT_DATABASE"] = database };
        if (kind is not null)
        {
            settings["FULFILLMENT_BATCH_SIZE"] = $"{kind.ClaimBatch}";
            settings["FULFILLMENT_PARALLELISM"] = $"{kind.Parallelism}";
            settings["FULFILLMENT_ACK_BATCH_SIZE"] = $"{kind.AckBatch}";
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddSingleton(TimeProvider.System);
        services.AddDatabase().AddObservability().AddJobs().AddNotifications().AddOrders().AddFulfillment();
        services.Replace(ServiceDescriptor.Singleton<ITaskGateway>(new NoWork()));
        return services.BuildServiceProvider();
    }

    private sealed class NoWork : ITaskGateway
    {
        private static readonly Task<ExecutionOutcome> Done =
            Task.FromResult<ExecutionOutcome>(new ExecutionOutcome.Succeeded("""{"status":"done"}"""));

        public Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken) => Done;
    }
}
