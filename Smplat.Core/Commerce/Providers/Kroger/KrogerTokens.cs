using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>
/// The app's access token, fetched once for all who need it and kept until a minute before it expires. Changed credentials
/// or another host start over with a new one.
/// </summary>
internal sealed class KrogerTokens(VendorHttp http, IOptionsMonitor<KrogerOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private readonly SingleFlightCache<string> _tokens = new(new(MaxEntries: 1), clock);

    public Task<string> GetAsync(CallBudget budget, CancellationToken cancellationToken) =>
        GetAsync(budget, isFresh: false, cancellationToken);

    /// <summary>Asks for a new token in any case; the proof that the credentials work.</summary>
    public Task<string> RenewAsync(CallBudget budget, CancellationToken cancellationToken) =>
        GetAsync(budget, isFresh: true, cancellationToken);

    /// <summary>Forgets a token that the vendor refused, unless a newer one has taken its place.</summary>
    public void Drop(string token) => _tokens.Drop(Credentials.Of(options.CurrentValue).Key, token);

    private async Task<string> GetAsync(CallBudget budget, bool isFresh, CancellationToken cancellationToken)
    {
        var credentials = Credentials.Of(options.CurrentValue);
        var answer = await _tokens.GetAsync(
            credentials.Key, token => FetchAsync(credentials, budget, token), new CachePolicy { Fresh = isFresh }, cancellationToken);
        if (answer.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return answer.Held!.Value;
    }

    private async Task<Computed<string>> FetchAsync(Credentials credentials, CallBudget budget, CancellationToken cancellationToken)
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

        return new(answer.AccessToken, TimeSpan.FromSeconds(answer.ExpiresIn.Value) - Margin);
    }

    private sealed record Credentials(string Root, string Id, string Secret)
    {
        public static Credentials Of(KrogerOptions options) =>
            new(options.Root.ToString().TrimEnd('/'), options.ClientId ?? "", options.ClientSecret ?? "");

        public string Key => $"{Root}\n{Id}\n{Secret}";
    }
}
