using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Sends vendor requests and turns whatever comes back into a value or a <see cref="ProviderFailureException"/>. No text of
/// the vendor reaches a message: an error body may echo credentials or addresses.
/// </summary>
internal static class VendorAnswers
{
    /// <summary>The parsed answer of a successful call. Null is never returned: an absent body is a bad answer.</summary>
    public static async Task<T> SendAsync<T>(
        this HttpClient client, HttpRequestMessage request, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class
    {
        var id = VendorCall.Of(request).Id;
        using var response = await client.SendCheckedAsync(request, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, shape, cancellationToken)
                ?? throw new ProviderFailureException(ProviderFailure.BadAnswer(id, "nothing"));
        }
        catch (JsonException exception)
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(id, "something that is not its contract"), exception);
        }
    }

    /// <summary>The answer of a successful call, unread. Other statuses and broken connections are failures.</summary>
    public static async Task<HttpResponseMessage> SendCheckedAsync(
        this HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var id = VendorCall.Of(request).Id;
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new ProviderFailureException(
                ProviderFailure.Unavailable(id, Words(exception)), exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ProviderFailureException(ProviderFailure.Http(id, (int)response.StatusCode) with
            {
                RetryAfter = response.Headers.RetryAfter?.Delta,
            });
        }
    }

    private static string Words(HttpRequestException exception) => exception.HttpRequestError switch
    {
        _ when exception.InnerException is PrivateAddressException refusal => refusal.Message,
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.NameResolutionError => "its host is not found",
        HttpRequestError.SecureConnectionError => "no secure connection",
        HttpRequestError.ConfigurationLimitExceeded => "its answer is too long",
        _ => "the connection was lost",
    };
}
