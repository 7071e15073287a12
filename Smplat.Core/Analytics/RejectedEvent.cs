using System.Security.Cryptography;
using System.Text;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>An event that could not be taken, kept so that it can be replayed once the cause is gone.</summary>
/// <param name="EventId">The id that it has when it is replayed.</param>
/// <param name="Payload">
/// The item as sent, without the personal data in it unless the policy keeps that; null when it was too large to keep, or
/// holds texts that nobody can read.
/// </param>
public sealed record RejectedEvent(
    Guid EventId, string Naming, byte[] Fingerprint, string? Payload, string Code, string? Field, string Reason)
{
    private const int LargestKept = 65_536;

    public static RejectedEvent Of(
        OfferEventItem item, IReadOnlyList<FieldError> errors, OfferEventNaming naming, OfferEventRules rules)
    {
        var first = errors[0];
        var field = first.Location[^1] is string name && name != "body" ? name : null;
        return new RejectedEvent(
            item.Id,
            naming.Label,
            FingerprintOf(item, naming),
            PayloadOf(item, rules),
            first.Type,
            field,
            first.Message);
    }

    private static string? PayloadOf(OfferEventItem item, OfferEventRules rules) =>
        item.Raw.Length > LargestKept ? null
        : !rules.LooksForPersonalData ? Encoding.UTF8.GetString(item.Raw.Span)
        : JsonbText.IsStorable(item.Raw.Span) ? Encoding.UTF8.GetString(PersonalDataRedaction.Redact(item.Raw).Span)
        : null;

    /// <summary>Spelling and text: the text holds the client's id, if it has one.</summary>
    private static byte[] FingerprintOf(OfferEventItem item, OfferEventNaming naming)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(naming.Label));
        hash.AppendData(item.Raw.Span);
        return hash.GetHashAndReset();
    }
}
