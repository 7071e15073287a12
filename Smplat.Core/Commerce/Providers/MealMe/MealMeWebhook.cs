using Microsoft.Extensions.Options;
using Npgsql;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Takes in what the vendor says about orders: only what it signed, each event once, and never backwards.</summary>
public sealed class MealMeWebhook(MealMeWebhookStore store, IOptionsMonitor<MealMeOptions> options, TimeProvider clock)
{
    public async Task<WebhookOutcome> TakeAsync(
        ReadOnlyMemory<byte> body, string? signature, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (string.IsNullOrWhiteSpace(settings.WebhookSecret))
        {
            return new WebhookOutcome.NotConfigured();
        }

        if (!WebhookSignature.Holds(body.Span, signature, settings.WebhookSecret))
        {
            return new WebhookOutcome.NotTrusted("The signature is missing or wrong.");
        }

        if (MealMeEventReader.Read(body) is not { } said)
        {
            return new WebhookOutcome.Unreadable();
        }

        var tolerance = TimeSpan.FromSeconds(settings.WebhookToleranceSeconds);
        return said.At is { } at && (clock.GetUtcNow() - at).Duration() > tolerance
            ? new WebhookOutcome.NotTrusted("The event is too old, or from the future.")
            : await KeepAsync(said, cancellationToken);
    }

    /// <summary>JSON may hold what the database's JSON type cannot, such as NUL; that is the sender's fault.</summary>
    private async Task<WebhookOutcome> KeepAsync(MealMeEvent said, CancellationToken cancellationToken)
    {
        try
        {
            return new WebhookOutcome.Taken(await store.TakeAsync(said, cancellationToken));
        }
        catch (PostgresException refused) when (refused.SqlState
            is PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.InvalidTextRepresentation
                or PostgresErrorCodes.NumericValueOutOfRange)
        {
            return new WebhookOutcome.Unreadable();
        }
    }
}
