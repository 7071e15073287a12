using Smplat.Core.Commerce.Providers.MealMe;

namespace Smplat.Functions.Commerce.MealMe;

public sealed record WebhookAnswer(bool Ok, string Message)
{
    public static WebhookAnswer From(MealMeWebhookEffect effect) => new(true, effect switch
    {
        MealMeWebhookEffect.Applied => "The order follows the event.",
        MealMeWebhookEffect.Noted => "The event is noted.",
        MealMeWebhookEffect.Outdated => "The event is noted; a newer one had said more.",
        MealMeWebhookEffect.Repeated => "The event was known.",
        _ => throw new InvalidOperationException($"No sentence for {effect}."),
    });
}
