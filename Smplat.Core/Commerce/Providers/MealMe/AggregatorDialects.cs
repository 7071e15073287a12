using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>The dialect that the settings name now.</summary>
public sealed class AggregatorDialects(MealMeV4 mealMe, SatsumaV1 satsuma, IOptionsMonitor<MealMeOptions> options)
{
    public IAggregatorDialect Current => options.CurrentValue.IsSatsuma ? satsuma : mealMe;
}
