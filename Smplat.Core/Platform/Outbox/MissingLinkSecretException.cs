namespace Smplat.Core.Platform.Outbox;

/// <summary>Links cannot be signed. Messages that need one wait until the setting is there.</summary>
public sealed class MissingLinkSecretException()
    : Exception("SMPLAT_LINK_SECRET is not set, so links in messages cannot be signed.");
