using System.Text.Json;

namespace Smplat.Core.Checkout;

/// <summary>What lies in the outbox for a prompt or an escalation.</summary>
internal static class PromptPayload
{
    /// <summary>The count of loyalty intents stays 0 until there is Loyalty.</summary>
    public static string Of(StalledCheckout checkout, int prompt) => JsonSerializer.Serialize(new
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
