using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;

namespace Smplat.Functions.Storage;

/// <summary>
/// Tokens of the app's managed identity, from the endpoint that App Service and Functions give each app. The Azure.Identity
/// package does this and much more; this is the part that the app needs, without its weight in the local build.
/// </summary>
public sealed class AppIdentity(StorageOptions settings, TimeProvider clock) : TokenCredential
{
    private const string ApiVersion = "2019-08-01";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    private AccessToken? _last;

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The table client asks for tokens asynchronously.");

    /// <exception cref="RequestFailedException">There is no identity endpoint, or it refuses.</exception>
    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        if (_last is { } held && held.ExpiresOn - clock.GetUtcNow() > TimeSpan.FromMinutes(5))
        {
            return held;
        }

        if (settings.IdentityEndpoint is not { } endpoint)
        {
            throw new RequestFailedException("IDENTITY_ENDPOINT is not set: this app has no managed identity.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, Address(endpoint, requestContext.Scopes[0]));
        request.Headers.Add("X-IDENTITY-HEADER", settings.IdentityHeader);
        using var answer = await Http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new RequestFailedException((int)answer.StatusCode, "The identity endpoint gave no token.");
        }

        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        var token = Read(body.RootElement);
        _last = token;
        return token;
    }

    private Uri Address(Uri endpoint, string scope)
    {
        var resource = scope.EndsWith("/.default", StringComparison.Ordinal) ? scope[..^"/.default".Length] : scope;
        var query = $"resource={Uri.EscapeDataString(resource)}&api-version={ApiVersion}";
        return new UriBuilder(endpoint)
        {
            Query = string.IsNullOrWhiteSpace(settings.ClientId) ? query : $"{query}&client_id={Uri.EscapeDataString(settings.ClientId)}",
        }.Uri;
    }

    /// <summary>The time of expiry comes as text in seconds since 1970.</summary>
    private static AccessToken Read(JsonElement body)
    {
        var expires = body.GetProperty("expires_on") is { ValueKind: JsonValueKind.String } text
            ? long.Parse(text.GetString()!, CultureInfo.InvariantCulture)
            : body.GetProperty("expires_on").GetInt64();
        return new(body.GetProperty("access_token").GetString()!, DateTimeOffset.FromUnixTimeSeconds(expires));
    }
}
