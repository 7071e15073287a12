using System.Collections.Frozen;

namespace Smplat.Core.Analytics;

/// <summary>The settings that parsing needs, prepared once for each change of them.</summary>
public sealed class OfferEventRules
{
    public const string OtherType = "other";

    private readonly FrozenSet<string> _types;
    private readonly string _unknownTypes;

    public OfferEventRules(AnalyticsOptions options)
    {
        Options = options;
        _types = options.EventTypes
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.Ordinal);
        _unknownTypes = options.UnknownEventTypes;
        MaxAge = TimeSpan.FromHours(options.MaxAgeHours);
        MaxSkew = TimeSpan.FromSeconds(options.MaxSkewSeconds);
    }

    public AnalyticsOptions Options { get; }

    public TimeSpan MaxAge { get; }

    public TimeSpan MaxSkew { get; }

    public bool RejectsPersonalData => Options.PiiPolicy == "reject";

    public bool RedactsPersonalData => Options.PiiPolicy == "redact";

    public bool LooksForPersonalData => Options.PiiPolicy != "keep";

    /// <summary>The type to store, or null when the policy refuses it.</summary>
    public string? FileUnder(string type) =>
        _types.Count == 0 || _types.Contains(type) || _unknownTypes == "accept" ? type
        : _unknownTypes == "other" ? OtherType
        : null;
}
