namespace Smplat.Core.Platform.Outbox;

/// <summary>A pass found receivers away. What it could do is done; the run counts as failed so that operators see it.</summary>
public sealed class ReceiversAwayException(IReadOnlyDictionary<string, string> away, int sent)
    : Exception($"{string.Join("; ", away.Select(entry => $"{entry.Key} is away: {entry.Value}"))} ({sent} messages were sent)");
