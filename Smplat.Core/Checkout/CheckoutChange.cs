namespace Smplat.Core.Checkout;

/// <summary>What is written for one checkout: its new standing, and the events that led there.</summary>
/// <param name="MetadataPatch">Members that are merged into the metadata, as a JSON object.</param>
/// <param name="IsPrompt">The change is a recovery prompt and counts as one.</param>
public sealed record CheckoutChange(
    Guid Id, CheckoutState Standing, string MetadataPatch, IReadOnlyList<CheckoutStep> Steps, bool IsPrompt = false);

/// <summary>An event to be written.</summary>
/// <param name="Payload">A JSON object.</param>
public sealed record CheckoutStep(string Stage, string Status, string? Note, string Payload = "{}");
