namespace Smplat.Core.Trust;

/// <summary>The least samples that the setting asks for, by metric.</summary>
public static class MinimumSamples
{
    public static int Of(TrustMetric metric, string setting)
    {
        foreach (var entry in setting.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (id, number) = entry.Split('=', StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : ("", "");
            if (id == metric.Id && int.TryParse(number, out var minimum))
            {
                return minimum;
            }
        }

        return metric.MinimumSample;
    }
}
