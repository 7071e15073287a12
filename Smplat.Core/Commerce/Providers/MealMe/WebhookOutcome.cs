namespace Smplat.Core.Commerce.Providers.MealMe;

public abstract record WebhookOutcome
{
    private WebhookOutcome()
    {
    }

    public sealed record Taken(WebhookEffect Effect) : WebhookOutcome;

    /// <summary>No secret is set, so nothing can be verified.</summary>
    public sealed record NotConfigured : WebhookOutcome;

    /// <summary>The signature is missing or wrong, or the event is too old to be believed.</summary>
    public sealed record NotTrusted(string Reason) : WebhookOutcome;

    public sealed record Unreadable : WebhookOutcome;
}
