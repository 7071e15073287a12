using System.Text.Json;

namespace Smplat.Core.Trust;

/// <summary>A document as it is kept.</summary>
/// <param name="Draft">Latest version, published or not.</param>
/// <param name="Published">What the checkout shows.</param>
public sealed record KeptExperience(string Environment, string Slug, string? Draft, string? Published)
{
    /// <exception cref="JsonException">The row holds no JSON object, which the intake never lets in.</exception>
    public TrustDocument? Read(bool isDraft)
    {
        if ((isDraft ? Draft ?? Published : Published) is not { } json)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return TrustDocument.Read(document.RootElement);
    }
}
