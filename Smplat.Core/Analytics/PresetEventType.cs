namespace Smplat.Core.Analytics;

/// <summary>The offer events that preset analytics counts.</summary>
public static class PresetEventType
{
    public const string CtaApply = "preset_cta_apply";
    public const string ConfiguratorApply = "preset_configurator_apply";
    public const string ConfiguratorClear = "preset_configurator_clear";

    public static readonly string[] All = [CtaApply, ConfiguratorApply, ConfiguratorClear];
}
