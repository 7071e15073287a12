using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

public sealed record QueueFull() : TooMany(
    "analytics.queue_full", "More events are waiting than this instance may hold; send the same request again.", TimeSpan.FromSeconds(1));

public sealed record CommitTimedOut() : Unavailable(
    "analytics.commit_timed_out", "The events could not be stored in time; send the same request again, nothing is taken twice.");

public sealed record BadIdempotencyKey() : Invalid(
    "analytics.bad_idempotency_key", "Idempotency-Key must have 1 to 255 characters.");
