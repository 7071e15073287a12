using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Operators;

/// <summary>The hourly sums behind the commerce dashboards of the operators' page.</summary>
public sealed class HourlyTotalsOptions
{
    /// <summary>Whether the job that sums them runs. Default true; without it the dashboards are right all the same, but slower.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_HOURS_ENABLED")]
    public bool IsEnabled { get; init; } = true;
}
