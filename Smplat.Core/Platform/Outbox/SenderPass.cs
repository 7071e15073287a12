using System.Collections.Concurrent;

namespace Smplat.Core.Platform.Outbox;

/// <summary>One pass of one sender: its name on the leases, and the receivers that it found away.</summary>
public sealed class SenderPass
{
    private readonly ConcurrentDictionary<string, string> _away = new();

    /// <summary>Unique for every pass, so that a pass that was believed dead cannot finish another's messages.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    /// <summary>Channels whose receiver is away, with the error.</summary>
    public IReadOnlyDictionary<string, string> Away => _away;

    /// <returns>True for the first to notice.</returns>
    public bool NoteAway(string channel, string error) => _away.TryAdd(channel, error);
}
