using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Fulfillment;

public static class FulfillmentFeature
{
    public static IServiceCollection AddFulfillment(this IServiceCollection services)
    {
        services.AddSettings<FulfillmentOptions>();
        services.AddSettings<ExecutionOptions>();
        services.AddSettings<RunLimitOptions>();
        services.AddOutgoing();
        services.AddSingleton<FulfillmentCounters>();
        services.AddSingleton<ProgressStore>();
        services.AddSingleton<OrderProgress>();
        services.AddSingleton<OrderRollup>();
        services.AddOrderStatusListener<TaskHolds>();
        services.AddSingleton<TaskFailures>();
        services.AddSingleton<TaskRescue>();
        services.AddSingleton<ITaskGateway, TaskExecutor>();
        services.AddSingleton<ConfiguredExecution>();
        services.AddSingleton<BuiltInExecution>();
        services.AddSingleton<GuardedHttp>();
        services.AddSettings<HostBulkheadOptions>();
        services.AddSingleton<HostBulkheads>();
        services.AddSingleton<ProviderStore>();
        services.AddSingleton<ProviderOrdering>();
        services.AddSingleton<ProviderOrderCall>();
        services.AddOutboxHandler<ProviderOrderHandler>();
        services.AddSingleton<TaskQueueStore>();
        services.AddSingleton<TaskCreation>();
        services.AddSingleton<FulfillmentKickoff>();
        services.AddOutboxHandler<KickoffHandler>();
        services.AddSingleton<WorkerParts>();
        services.AddSingleton<FulfillmentWorker>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<DeadLetterOperations>();
        services.AddHostedService<WorkerStateLogger>();
        services.AddJob<FulfillmentJob>();
        services.AddJobComponent("fulfillment_worker", FulfillmentJob.Id);
        return services;
    }
}
