using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Routing;

/// <summary>When a basket is divided among several providers.</summary>
public sealed class SplitOptions
{
    /// <summary>Divide baskets of shoppers who allow it, when it pays. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_SPLIT_ORDERS")]
    public bool Enabled { get; init; } = true;

    /// <summary>Least saving in cents that a split must bring. Default 500.</summary>
    [ConfigurationKeyName("LOOPGPT_SPLIT_MIN_SAVING_CENTS")]
    [Range(0, 1_000_000)]
    public int MinSavingCents { get; init; } = 500;

    /// <summary>Least saving in percent of the undivided order. Default 5.</summary>
    [ConfigurationKeyName("LOOPGPT_SPLIT_MIN_SAVING_PERCENT")]
    [Range(0, 100)]
    public int MinSavingPercent { get; init; } = 5;
}
