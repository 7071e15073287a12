using Smplat.Core.Commerce.Providers.MealMe;

namespace Smplat.Functions.Commerce.MealMe;

public sealed record WebhookAnswer(bool Ok, string Message)
{
    public static WebhookAnswer From(WebhookEffect effect) => new(true, effect switch
    {
        WebhookEffect.Applied => "The order follows the event.",
        WebhookEffect.Noted => "The event is noted.",
        WebhookEffect.Outdated => "The event is noted; a newer one had said more.",
        WebhookEffect.Repeated => "The event was known.",
        _ => throw new InvalidOperationException($"No sentence for {effect}."),
    });
}
