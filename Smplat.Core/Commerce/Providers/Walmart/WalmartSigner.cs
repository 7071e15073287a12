using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>
/// Signs calls: RSA-SHA256 with PKCS#1 padding over consumer id, time and key version, each followed by a line feed. The
/// vendor accepts a signature for 180 seconds, so one is used for many calls and renewed well before that.
/// </summary>
internal sealed class WalmartSigner(IOptionsMonitor<WalmartOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Reuse = TimeSpan.FromSeconds(100);

    private volatile Signed? _last;

    /// <exception cref="ProviderFailureException">The key cannot be read.</exception>
    public void Sign(HttpRequestMessage request)
    {
        var current = options.CurrentValue;
        var now = clock.GetUtcNow();
        var signed = _last;
        if (signed is null || !signed.IsGood(current, now))
        {
            _last = signed = Sign(current, now);
        }

        request.Headers.Add("WM_CONSUMER.ID", signed.ConsumerId);
        request.Headers.Add("WM_CONSUMER.INTIMESTAMP", signed.Time);
        request.Headers.Add("WM_SEC.KEY_VERSION", signed.KeyVersion);
        request.Headers.Add("WM_SEC.AUTH_SIGNATURE", signed.Signature);
    }

    /// <summary>Signs anew at the next call, after the vendor refused a signature.</summary>
    public void Forget() => _last = null;

    private static Signed Sign(WalmartOptions options, DateTimeOffset now)
    {
        var time = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var text = $"{options.ConsumerId}\n{time}\n{options.KeyVersion}\n";
        using var key = ReadKey(options.PrivateKey!);
        var signature = key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new Signed(options, options.ConsumerId!, time, options.KeyVersion, Convert.ToBase64String(signature), now);
    }

    private static RSA ReadKey(string text)
    {
        var key = RSA.Create();
        try
        {
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                // App settings often carry a PEM with its line breaks written as \n.
                key.ImportFromPem(text.Replace("\\n", "\n", StringComparison.Ordinal));
            }
            else
            {
                key.ImportPkcs8PrivateKey(Convert.FromBase64String(text), out _);
            }

            return key;
        }
        catch (Exception unreadable) when (unreadable is FormatException or CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ProviderFailureException(
                ProviderFailure.AuthFailed(ProviderId.WalmartApi) with { Message = "WALMART_API_KEY is not a PKCS#8 key" });
        }
    }

    private sealed record Signed(
        WalmartOptions Options, string ConsumerId, string Time, string KeyVersion, string Signature, DateTimeOffset At)
    {
        public bool IsGood(WalmartOptions current, DateTimeOffset now) =>
            ReferenceEquals(Options, current) && now >= At && now - At < Reuse;
    }
}
