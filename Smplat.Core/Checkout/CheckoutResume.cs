using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Checkout;

/// <summary>
/// Opens the checkout of a resume link, and records the visit: only orders whose link was followed before payment count as
/// recovered.
/// </summary>
public sealed class CheckoutResume(
    ResumeLinks links, RecoveredRevenueStore revenue, CheckoutOperations checkouts, TimeProvider clock)
{
    public async Task<CheckoutOutcome> ResumeAsync(string token, CancellationToken cancellationToken)
    {
        if (links.Read(token) is not var (orchestrationId, prompt)
            || await revenue.VisitAsync(orchestrationId, prompt, clock.GetUtcNow(), cancellationToken) is not { } orderId)
        {
            return new CheckoutOutcome.Refused(new UnusableLink());
        }

        return await checkouts.ReadAsync(orderId, cancellationToken);
    }
}

/// <summary>The signed, expiring link with which a customer continues a checkout. It leads to the storefront.</summary>
public sealed class ResumeLinks(LinkSigner signer, IOptionsMonitor<RuntimeOptions> runtime, TimeProvider clock)
{
    private const string Purpose = "checkout-resume";

    public string For(Guid orchestrationId, int prompt, DateTimeOffset expiresAt)
    {
        var content = string.Create(
            CultureInfo.InvariantCulture, $"{orchestrationId:N}:{prompt}:{expiresAt.ToUnixTimeSeconds()}");
        return new Uri(runtime.CurrentValue.FrontendUrl, $"checkout/resume?token={signer.Sign(Purpose, content)}").AbsoluteUri;
    }

    /// <returns>The checkout and the number of the prompt; null when we did not sign the token, or it has expired.</returns>
    public (Guid OrchestrationId, int Prompt)? Read(string token)
    {
        if (signer.Open(Purpose, token)?.Split(':') is not [var id, var prompt, var expiry]
            || !Guid.TryParseExact(id, "N", out var orchestrationId)
            || !int.TryParse(prompt, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(expiry, CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }

        return clock.GetUtcNow().ToUnixTimeSeconds() < seconds ? (orchestrationId, number) : null;
    }
}

/// <summary>Adds the signed resume link to a prompt when it is sent, so that no table holds the link.</summary>
internal sealed class PromptContent(
    ResumeLinks links, IOptionsMonitor<CheckoutRecoveryOptions> options, TimeProvider clock) : IMessageContent
{
    public string Kind => MessageKinds.CheckoutRecoveryPrompt;

    public Task<JsonObject> CompleteAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        var expiresAt = clock.GetUtcNow() + TimeSpan.FromDays(options.CurrentValue.LinkDays);
        var link = links.For(
            PromptPayload.OrchestrationId(delivery.Payload), PromptPayload.Prompt(delivery.Payload), expiresAt);
        return Task.FromResult(new JsonObject { ["resume_url"] = link });
    }
}

/// <summary>Stops a recovery prompt when its order was paid or cancelled after the prompt was queued.</summary>
internal sealed class PromptGuard(CheckoutStore store) : IPreSendCheck
{
    public string Kind => MessageKinds.CheckoutRecoveryPrompt;

    public Task<string?> CheckAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        store.ObjectionAsync(PromptPayload.OrchestrationId(delivery.Payload), cancellationToken);
}

/// <summary>The payload of a prompt or an escalation in the outbox.</summary>
internal static class PromptPayload
{
    /// <summary>The count of loyalty intents stays 0 until there is Loyalty.</summary>
    public static string From(StalledCheckout checkout, int prompt) => JsonSerializer.Serialize(new
    {
        order_id = checkout.OrderId,
        order_number = checkout.OrderNumber,
        orchestration_id = checkout.Id,
        stage = checkout.CurrentStage,
        total = checkout.Total,
        currency = checkout.Currency,
        intentCount = 0,
        prompt,
    });

    public static string Escalation(StalledCheckout checkout, string reason) => JsonSerializer.Serialize(new
    {
        order_id = checkout.OrderId,
        order_number = checkout.OrderNumber,
        orchestration_id = checkout.Id,
        stage = checkout.CurrentStage,
        total = checkout.Total,
        currency = checkout.Currency,
        prompts = checkout.Prompts,
        reason,
    });

    public static Guid OrchestrationId(JsonElement payload) => payload.GetProperty("orchestration_id").GetGuid();

    public static int Prompt(JsonElement payload) => payload.GetProperty("prompt").GetInt32();
}

/// <summary>Reports what checkout recovery has earned.</summary>
public sealed class CheckoutRecoveryQueries(RecoveredRevenueStore revenue, TimeProvider clock)
{
    /// <param name="days">The length of the time window, which ends now.</param>
    public Task<CheckoutRecoveryReport> ReportAsync(int days, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return revenue.ReportAsync(now - TimeSpan.FromDays(days), now, cancellationToken);
    }
}

/// <summary>What checkout recovery has earned in a time window.</summary>
public sealed record CheckoutRecoveryReport(
    DateTimeOffset Since,
    DateTimeOffset Until,
    long PromptsSent,
    long LinkVisits,
    long RecoveredOrders,
    IReadOnlyList<RecoveredRevenue> Revenue);

/// <summary>Orders that were paid after their resume link was followed, in one currency.</summary>
public sealed record RecoveredRevenue(string Currency, decimal Amount, long Orders);
