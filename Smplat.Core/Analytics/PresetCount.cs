namespace Smplat.Core.Analytics;

/// <summary>Events of one day, type, preset and source.</summary>
/// <param name="PresetId">Empty when the event names none: it then counts for sources only.</param>
/// <param name="Source">Empty when the event names none.</param>
public sealed record PresetCount(DateOnly Day, string EventType, string PresetId, string? PresetLabel, string Source, long Count);
