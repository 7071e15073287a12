namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// A Slack webhook under a name. Messages carry the name; the address, which is a secret, stays in the settings.
/// </summary>
/// <param name="Read">The webhook and channel as they are set now; null while there is none.</param>
public sealed record SlackTarget(string Name, Func<(Uri Webhook, string? Channel)?> Read);
