using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

/// <summary>Who may send content and who may look at the preview.</summary>
public sealed class ContentGate(
    IOptionsMonitor<TrustOptions> options, IOptionsMonitor<RuntimeOptions> runtime, ILogger<ContentGate> logger)
{
    /// <param name="signature">Payload shows its secret as it is.</param>
    public ContentAdmission AdmitMessage(string? signature)
    {
        if (options.CurrentValue.PayloadSecret is not { Length: > 0 } secret)
        {
            TrustLog.ContentRefused(logger, "not configured");
            return ContentAdmission.NotConfigured;
        }

        if (!SecretText.Same(signature, secret))
        {
            TrustLog.ContentRefused(logger, string.IsNullOrEmpty(signature) ? "missing" : "wrong");
            return ContentAdmission.WrongSignature;
        }

        return ContentAdmission.Admitted;
    }

    /// <summary>Without a token configured the preview is open in a local run, and nowhere else.</summary>
    public bool AdmitsPreview(string? token) => options.CurrentValue.PreviewToken is { Length: > 0 } expected
        ? SecretText.Same(token, expected)
        : runtime.CurrentValue.IsLocal;
}

public enum ContentAdmission
{
    Admitted,
    WrongSignature,
    NotConfigured,
}
