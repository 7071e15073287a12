namespace Smplat.Core.Platform.Settings;

/// <summary>A registered settings class, so that samples, docs and infra can be held to the full list.</summary>
public sealed record SettingsClass(Type Type);
