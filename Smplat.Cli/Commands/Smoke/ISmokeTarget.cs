using System.Text.Json;

namespace Smplat.Cli.Commands.Smoke;

/// <summary>What is checked: a running app over HTTP, or the operations themselves.</summary>
public interface ISmokeTarget : IAsyncDisposable
{
    /// <summary>Asks for an answer as the route of this path gives it.</summary>
    Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken);

    Task<JsonElement> PlaceOrderAsync(object body, CancellationToken cancellationToken);

    /// <exception cref="SmokeFailedException">There is no key, and the checks need one.</exception>
    void RequireKey();
}
