namespace Smplat.Core.Trust;

/// <summary>What the checkout says when there is no content: true of every order, and without any figure.</summary>
public static class FallbackDocument
{
    public const string Slug = "checkout";

    public static TrustDocument Checkout { get; } = new(Slug, "Checkout")
    {
        GuaranteeHeadline = "You see what you pay for",
        GuaranteeDescription = "Every order is tracked from payment to completion, and you can reach us at any step.",
        AssurancePoints =
        [
            new("tracked", "Tracked from start to finish", "Each task of your order has a status that you can look up.", null, null),
            new("secure", "Secure payment", "Payments are handled by our payment provider; we never see your card.", null, null),
        ],
        SupportChannels = [new("mail", "email", "Write to us", "support", "We answer on every working day")],
        DeliveryTimeline = new("Delivery", "We confirm your delivery time by mail after you order.", null, null, null, null),
    };
}
