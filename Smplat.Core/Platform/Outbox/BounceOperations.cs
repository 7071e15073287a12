using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Records bounces. A hard bounce or a complaint blocks the address at once, soft bounces when there are too many within 30
/// days. Messages to a blocked address are suppressed.
/// </summary>
public sealed class BounceOperations(
    RecipientStore store, IOptionsMonitor<OutboxOptions> options, TimeProvider clock, ILogger<BounceOperations> logger)
{
    private static readonly TimeSpan SoftWindow = TimeSpan.FromDays(30);

    /// <param name="source">Who reports it: <c>smtp</c>, or <c>operator</c> for the operators' route.</param>
    /// <returns>True when the address is blocked now.</returns>
    public async Task<bool> RecordAsync(RecordBounce bounce, string source, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var at = bounce.OccurredAt is { } reported && reported < now ? reported : now;
        var clean = bounce with
        {
            Address = Key(bounce.Address),
            Reason = bounce.Reason is { } reason ? Redaction.Redact(reason) : null,
        };
        var isBlocked = await store.RecordBounceAsync(
            clean, source, at, now - SoftWindow, options.CurrentValue.SoftBounceLimit, cancellationToken);
        OutboxLog.BounceRecorded(logger, bounce.Kind, isBlocked, source);
        return isBlocked;
    }

    /// <returns>False when the address was not blocked.</returns>
    public Task<bool> UnblockAsync(string address, CancellationToken cancellationToken) =>
        store.UnblockAsync(Key(address), cancellationToken);

    /// <summary>The form in which an address is blocked: both spellings of an internationalized domain are one address.</summary>
    public static string Key(string address) => Mailbox.Normalize(address) ?? address;
}

/// <summary>A mail bounced.</summary>
/// <param name="OccurredAt">Null means now.</param>
public sealed record RecordBounce(
    string Address, string Kind, string? Reason, string? MessageId, DateTimeOffset? OccurredAt)
{
    public static RecordBounce Read(Fields fields)
    {
        var address = fields.RequiredText("recipient", 3, 254, also: "address");
        fields.Describe("recipient", format: "email");
        if (address.Length > 0 && !Mailbox.IsUsable(address))
        {
            fields.Error("recipient", "A mail address is expected.", "value_error");
        }

        return new(
            address,
            fields.RequiredLabel("kind", BounceKind.All),
            fields.Text("reason", 0, 500),
            fields.Text("message_id", 0, 300),
            fields.Instant("occurred_at"));
    }
}

/// <summary>Values of <c>notification_bounce.kind</c>.</summary>
internal static class BounceKind
{
    /// <summary>The mailbox does not exist.</summary>
    public const string Hard = "hard";

    /// <summary>The mailbox is full or temporarily unavailable.</summary>
    public const string Soft = "soft";

    /// <summary>The person reported the mail as spam.</summary>
    public const string Complaint = "complaint";

    public static readonly string[] All = [Hard, Soft, Complaint];
}
