using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers.Caching;
using Smplat.Core.Commerce.Providers.Http;

namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>
/// The app's access token, fetched once for all who need it and kept until a minute before it expires. Changed credentials
/// or another host start over with a new one.
/// </summary>
public sealed class KrogerTokens(VendorHttp http, IOptionsMonitor<KrogerOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private readonly SingleFlight<Held> _flights = new();
    private volatile Held? _held;

    public async Task<string> GetAsync(CallBudget budget, CancellationToken cancellationToken)
    {
        var credentials = Credentials.Of(options.CurrentValue);
        return _held is { } held && held.IsGood(credentials, clock.GetUtcNow())
            ? held.Token
            : await RenewAsync(budget, cancellationToken);
    }

    /// <summary>Asks for a new token in any case; the proof that the credentials work.</summary>
    public async Task<string> RenewAsync(CallBudget budget, CancellationToken cancellationToken)
    {
        var credentials = Credentials.Of(options.CurrentValue);
        var held = await _flights.RunAsync(credentials.ToString(), token => FetchAsync(credentials, budget, token), cancellationToken);
        return held.Token;
    }

    /// <summary>Forgets a token that the vendor refused, unless a newer one has taken its place.</summary>
    public void Drop(string token)
    {
        if (_held is { } held && held.Token == token)
        {
            _held = null;
        }
    }

    private async Task<Held> FetchAsync(Credentials credentials, CallBudget budget, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{credentials.Root}/connect/oauth2/token");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Id}:{credentials.Secret}")));
        request.Content = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"),
            new("scope", "product.compact"),
        ]);
        new VendorCall(ProviderId.KrogerApi, "token", budget).Mark(request);
        var asked = clock.GetUtcNow();
        KrogerToken answer;
        try
        {
            answer = await http.For(ProviderId.KrogerApi).SendAsync(request, KrogerJson.Default.KrogerToken, cancellationToken);
        }
        catch (ProviderFailureException refused) when (refused.Failure.Code is "HTTP_400" or "HTTP_401" or "HTTP_403")
        {
            throw new ProviderFailureException(ProviderFailure.AuthFailed(ProviderId.KrogerApi), refused);
        }

        if (answer is not { AccessToken.Length: > 0, ExpiresIn: > 0 and < 864_000 })
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.KrogerApi, "a token without its lifetime"));
        }

        var held = new Held(credentials, answer.AccessToken, asked + TimeSpan.FromSeconds(answer.ExpiresIn.Value) - Margin);
        _held = held;
        return held;
    }

    private sealed record Credentials(string Root, string Id, string Secret)
    {
        public static Credentials Of(KrogerOptions options) =>
            new(options.Root.ToString().TrimEnd('/'), options.ClientId ?? "", options.ClientSecret ?? "");
    }

    private sealed record Held(Credentials Credentials, string Token, DateTimeOffset GoodUntil)
    {
        public bool IsGood(Credentials current, DateTimeOffset now) => GoodUntil > now && Credentials == current;
    }
}
