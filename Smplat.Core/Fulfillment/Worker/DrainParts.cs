using Microsoft.Extensions.Logging;
using Smplat.Core.Fulfillment.Execution;
using Smplat.Core.Fulfillment.Figures;
using Smplat.Core.Fulfillment.Progress;

namespace Smplat.Core.Fulfillment.Worker;

/// <summary>What a run of the worker works with.</summary>
public sealed record DrainParts(
    TaskQueueStore Queue,
    ITaskGateway Gateway,
    TaskFailures Failures,
    TaskRescue Rescue,
    OrderRollup Rollup,
    FulfillmentTally Tally,
    TimeProvider Clock,
    ILogger<FulfillmentDrain> Logger);
