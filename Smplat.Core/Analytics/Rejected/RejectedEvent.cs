using System.Security.Cryptography;
using System.Text;
using Smplat.Core.Analytics.Ingestion;
using Smplat.Core.Input;

namespace Smplat.Core.Analytics.Rejected;

/// <summary>An event that could not be taken, kept so that it can be replayed once the cause is gone.</summary>
/// <param name="EventId">The id that it has when it is replayed.</param>
/// <param name="Payload">The item as sent; null when it was too large to keep.</param>
public sealed record RejectedEvent(
    Guid EventId, string Naming, byte[] Fingerprint, string? Payload, string Code, string? Field, string Reason)
{
    private const int LargestKept = 65_536;

    public static RejectedEvent Of(OfferEventItem item, IReadOnlyList<FieldError> errors, OfferEventNaming naming)
    {
        var first = errors[0];
        var field = first.Location[^1] is string name && name != "body" ? name : null;
        var isKept = item.Raw.Length <= LargestKept;
        return new RejectedEvent(
            item.Id,
            naming.Label,
            FingerprintOf(item, naming),
            isKept ? Encoding.UTF8.GetString(item.Raw.Span) : null,
            first.Type,
            field,
            first.Message);
    }

    /// <summary>Spelling and text: the text holds the client's id, if it has one.</summary>
    private static byte[] FingerprintOf(OfferEventItem item, OfferEventNaming naming)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(naming.Label));
        hash.AppendData(item.Raw.Span);
        return hash.GetHashAndReset();
    }
}
