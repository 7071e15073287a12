using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>What a provider can really do; the answer to the shopper never claims more.</summary>
public sealed record ProviderCapabilities(
    PricingMode Pricing,
    ConfirmMode Confirm,
    bool SupportsCancel = false,
    bool RequiresUserLink = false);

/// <summary>Where a price comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PricingMode>))]
public enum PricingMode
{
    /// <summary>The provider quoted it.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary>The provider gives no price, or only a part of it; the rest is our estimate.</summary>
    [JsonStringEnumMemberName("estimated")]
    Estimated,

    /// <summary>Invented for local runs, drills and emergencies.</summary>
    [JsonStringEnumMemberName("mock")]
    Mock,
}

/// <summary>What a confirmation leads to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConfirmMode>))]
public enum ConfirmMode
{
    /// <summary>The provider has the order.</summary>
    [JsonStringEnumMemberName("placed")]
    Placed,

    /// <summary>The shopper continues at the provider's checkout; nothing is ordered yet.</summary>
    [JsonStringEnumMemberName("handoff")]
    Handoff,
}
