using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>Signs a request with the account key. Runs for each attempt, since the date is signed too.</summary>
internal sealed class SharedKeyLitePolicy(string accountName, byte[] accountKey) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var date = Now();
        var resource = $"/{accountName}{message.Request.Uri.ToUri().AbsolutePath}";
        var signature = HMACSHA256.HashData(accountKey, Encoding.UTF8.GetBytes($"{date}\n{resource}"));
        message.Request.Headers.SetValue("x-ms-date", date);
        message.Request.Headers.SetValue(
            HttpHeader.Names.Authorization, $"SharedKeyLite {accountName}:{Convert.ToBase64String(signature)}");
    }

    // The service compares with its own clock, so no other clock than the machine's will do.
    private static string Now() =>
        TimeProvider.System.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
}
