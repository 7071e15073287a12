namespace Smplat.Core.Platform.Outbox;

/// <summary>Whether a message may go out.</summary>
public abstract record AdmissionVerdict
{
    private AdmissionVerdict()
    {
    }

    public sealed record Admitted : AdmissionVerdict;

    /// <summary>Not now; it is asked again then.</summary>
    public sealed record Deferred(DateTimeOffset Until, string Reason) : AdmissionVerdict;

    /// <summary>Never; the row keeps the reason.</summary>
    public sealed record Suppressed(string Reason) : AdmissionVerdict;
}
