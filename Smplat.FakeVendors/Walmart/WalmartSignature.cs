using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.Walmart;

/// <summary>Checks the four headers: consumer id, time in milliseconds, key version, and the signature over these.</summary>
public static class WalmartSignature
{
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(180);

    public static string? FaultOf(IHeaderDictionary headers, string consumerId, RSA key, DateTimeOffset now)
    {
        var (id, time, version, signature) = (
            headers["WM_CONSUMER.ID"].ToString(),
            headers["WM_CONSUMER.INTIMESTAMP"].ToString(),
            headers["WM_SEC.KEY_VERSION"].ToString(),
            headers["WM_SEC.AUTH_SIGNATURE"].ToString());
        if (id != consumerId)
            return "unknown consumer id";
        if (!long.TryParse(time, CultureInfo.InvariantCulture, out var milliseconds))
            return "missing timestamp";
        if ((now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).Duration() > Validity)
            return "timestamp expired";
        var bytes = new byte[key.KeySize / 8];
        var signed = Encoding.UTF8.GetBytes($"{id}\n{time}\n{version}\n");
        var holds = Convert.TryFromBase64String(signature, bytes, out var length)
            && key.VerifyData(signed, bytes.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return holds ? null : "could not authenticate the signature";
    }
}
