using Microsoft.Extensions.Configuration;
using Smplat.FakeVendors;

namespace Smplat.LocalHost.Startup;

/// <summary>
/// The outside world on this machine, on request: SMPLAT_FAKE_VENDORS=true starts pretended vendors and leads the app to
/// them through its real clients. Their settings, mock switches included, win over those of the settings file.
/// </summary>
internal sealed class PretendedVendors : IAsyncDisposable
{
    private const string Switch = "SMPLAT_FAKE_VENDORS";

    private FakeWorld? _world;

    public static bool AreWanted(IConfiguration configuration) =>
        configuration[Switch]?.Trim().ToLowerInvariant() is "true" or "1" or "yes";

    public async Task<IReadOnlyDictionary<string, string>> StartAsync(IStartupConsole console, CancellationToken cancellationToken)
    {
        using var step = console.Step("Pretended vendors");
        _world = await FakeWorld.StartAsync(cancellationToken);
        foreach (var vendor in _world.Vendors)
        {
            step.Note($"{vendor.Name} on {vendor.Address.GetLeftPart(UriPartial.Authority)}, its faults under /fake/faults");
        }

        return _world.Settings;
    }

    /// <summary>Tells vendors that call back where the app is.</summary>
    public void Announce(Uri app)
    {
        if (_world is not null)
        {
            _world.Stripe.Webhooks.Target = new Uri(app, "/api/v1/payments/webhooks/stripe");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
            _world = null;
        }
    }
}
