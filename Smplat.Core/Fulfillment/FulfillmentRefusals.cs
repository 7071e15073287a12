using Smplat.Core.Platform.Input;

namespace Smplat.Core.Fulfillment;

public sealed record DeadLetterNotFound() : NotFound("fulfillment.dead_letter_not_found", "Task not found");

public sealed record NotADeadLetter(string Status)
    : Conflict("fulfillment.not_a_dead_letter", $"The task is {Status}; only failed tasks can be replayed or discarded.");

public sealed record OrderIsCanceled()
    : Conflict("fulfillment.order_canceled", "The task's order is canceled; the task can only be discarded.");

public sealed record WorkerBusy()
    : Conflict("fulfillment.worker_busy", "A run of the worker is under way; it takes every task that is due.");
