namespace Smplat.Core.Checkout;

/// <summary>What the sweep does about a stalled checkout; the names are words in events and metrics.</summary>
public enum SweepVerdict
{
    /// <summary>Remind the person.</summary>
    Prompt,

    /// <summary>The person does not want to be reminded; the reminder is left as a suppressed row.</summary>
    NoConsent,

    /// <summary>Paid, so there is nothing to win back.</summary>
    Paid,

    Canceled,

    /// <summary>Nobody to remind: operators are told.</summary>
    NoPerson,

    /// <summary>All prompts were used: the checkout is lost and operators are told.</summary>
    UsedUp,
}
