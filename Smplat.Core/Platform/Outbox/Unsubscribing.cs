using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Turns off what a signed link names.</summary>
public sealed class Unsubscribing(
    UnsubscribeLinks links, PreferenceStore preferences, TimeProvider clock, ILogger<Unsubscribing> logger)
{
    /// <returns>The preference that is off now; null for a link that is not ours, or whose person is gone.</returns>
    public async Task<string?> UnsubscribeAsync(string token, CancellationToken cancellationToken)
    {
        if (links.Read(token) is not { } request)
        {
            return null;
        }

        var change = ChangePreferences.TurnOff(request.Preference);
        if (await preferences.ChangeAsync(request.UserId, change, clock.GetUtcNow(), cancellationToken) is null)
        {
            return null;
        }

        NotificationLog.Unsubscribed(logger, request.UserId, request.Preference);
        return request.Preference;
    }
}
