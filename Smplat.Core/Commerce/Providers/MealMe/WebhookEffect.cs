namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>What an accepted webhook changed.</summary>
public enum WebhookEffect
{
    Applied,

    /// <summary>Kept, but about nothing that we follow.</summary>
    Noted,

    /// <summary>Kept, but a newer event had already said more.</summary>
    Outdated,

    /// <summary>The same event had come before.</summary>
    Repeated,
}
