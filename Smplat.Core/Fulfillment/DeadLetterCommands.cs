using Smplat.Core.Platform.Input;

namespace Smplat.Core.Fulfillment;

/// <summary>Which dead letters are meant; what is left out does not narrow.</summary>
/// <param name="Before">Failed earlier than this; for paging, the last one seen.</param>
public sealed record DeadLetterFilter(
    string? TaskType, Guid? OrderId, string? ErrorContains, DateTimeOffset? Since, DateTimeOffset? Before, int Limit)
{
    public const int MaxLimit = 500;

    public static DeadLetterFilter Read(Fields fields) => new(
        fields.Label("task_type", [.. FulfillmentTaskType.All]),
        fields.Guid("order_id"),
        fields.Text("error_contains", 1, 200),
        fields.Instant("since"),
        fields.Instant("before"),
        fields.Integer("limit", 1, MaxLimit) ?? 50);
}

/// <param name="Actor">Who decides; kept with the reason.</param>
public sealed record HandleDeadLetter(string Actor, string Reason)
{
    public static HandleDeadLetter Read(Fields fields) =>
        new(fields.RequiredText("actor", max: 200), fields.RequiredText("reason", max: 1000));
}

/// <summary>Replays the oldest dead letters that match, at most the filter's limit.</summary>
public sealed record RedriveDeadLetters(DeadLetterFilter Filter, string Actor, string Reason)
{
    public static RedriveDeadLetters Read(Fields fields) => new(
        DeadLetterFilter.Read(fields), fields.RequiredText("actor", max: 200), fields.RequiredText("reason", max: 1000));
}

/// <param name="Remaining">Dead letters that still match; ask again to go on.</param>
public sealed record RedriveReport(int Replayed, long Remaining);
