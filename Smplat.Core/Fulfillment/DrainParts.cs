using Microsoft.Extensions.Logging;

namespace Smplat.Core.Fulfillment;

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
