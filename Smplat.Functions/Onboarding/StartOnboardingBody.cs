using System.Text.Json;

namespace Smplat.Functions.Onboarding;

/// <summary>What the storefront may tell when a checklist is opened, for the API document. Absent members change nothing.</summary>
public sealed record StartOnboardingBody(
    string? ReferralCode,
    JsonElement? Offer,
    IReadOnlyList<JsonElement>? Addons,
    JsonElement? Support,
    IReadOnlyList<PlatformContextBody>? PlatformContexts)
{
    public const string Sample =
        """{"referralCode":"FRIEND10","platformContexts":[{"id":"ig-1","label":"Instagram","handle":"@studio","platformType":"instagram"}]}""";
}

public sealed record PlatformContextBody(string Id, string Label, string? Handle, string? PlatformType);
