namespace Smplat.Core.Analytics;

/// <summary>Applies and clears of something over some days.</summary>
public readonly record struct PresetFigures(long Cta, long Configurator, long Clears)
{
    public long Applies => Cta + Configurator;

    public long Net => Applies - Clears;

    public long Total => Applies + Clears;

    /// <summary>Clears for each apply; 0 without applies.</summary>
    public double ClearRate => Applies == 0 ? 0 : (double)Clears / Applies;

    public static PresetFigures operator +(PresetFigures left, PresetFigures right) =>
        new(left.Cta + right.Cta, left.Configurator + right.Configurator, left.Clears + right.Clears);

    public static PresetFigures Of(IEnumerable<PresetCount> counts)
    {
        var sum = default(PresetFigures);
        foreach (var count in counts)
        {
            sum += count.EventType switch
            {
                PresetEventType.CtaApply => new PresetFigures(count.Count, 0, 0),
                PresetEventType.ConfiguratorApply => new PresetFigures(0, count.Count, 0),
                _ => new PresetFigures(0, 0, count.Count),
            };
        }

        return sum;
    }
}
