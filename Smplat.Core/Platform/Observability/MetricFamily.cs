namespace Smplat.Core.Platform.Observability;

/// <summary>A metric by name: what it means and of which type it is.</summary>
/// <param name="IsAlwaysShown">A family without labels that stands at zero until something happens.</param>
public sealed record MetricFamily(string Name, string Help, MetricType Type, bool IsAlwaysShown = false);
