using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>Wire and database labels of the preferences.</summary>
internal static class OptimizeLabels
{
    public static string ToLabel(this OptimizeFor preference) => preference switch
    {
        OptimizeFor.Balanced => "balanced",
        OptimizeFor.Price => "price",
        OptimizeFor.Speed => "speed",
        OptimizeFor.Margin => "margin",
        OptimizeFor.Availability => "availability",
        _ => throw new ArgumentOutOfRangeException(nameof(preference), preference, "No label."),
    };

    public static OptimizeFor? Parse(string? label) => label switch
    {
        "balanced" => OptimizeFor.Balanced,
        "price" => OptimizeFor.Price,
        "speed" => OptimizeFor.Speed,
        "margin" => OptimizeFor.Margin,
        "availability" => OptimizeFor.Availability,
        _ => null,
    };
}
