using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>What became of a delivery.</summary>
public abstract record WebhookOutcome
{
    private WebhookOutcome()
    {
    }

    /// <summary>Handled now, or known from before, or kept until its payment turns up.</summary>
    public sealed record Accepted(string Type, WebhookResult Result) : WebhookOutcome;

    public sealed record Refused(Refusal Refusal) : WebhookOutcome;

    /// <summary>Nothing was recorded; the provider will deliver again.</summary>
    public sealed record Failed(string Type) : WebhookOutcome;
}

public enum WebhookResult
{
    Applied,
    Duplicate,
    Parked,
    Ignored,
}
