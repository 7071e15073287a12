using System.Text.Json;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Smoke;

/// <summary>A running app.</summary>
public sealed class HttpTarget(ApiClient api) : ISmokeTarget
{
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => api.GetAsync(path, cancellationToken);

    public Task<JsonElement> PlaceOrderAsync(object body, CancellationToken cancellationToken) =>
        api.PostAsync("/api/v1/orders/", body, cancellationToken);

    public void RequireKey()
    {
        if (!api.HasKey)
        {
            throw new SmokeFailedException("A key is required: give --api-key or set CHECKOUT_API_KEY.");
        }
    }

    public ValueTask DisposeAsync()
    {
        api.Dispose();
        return ValueTask.CompletedTask;
    }
}
