namespace Smplat.Core.Platform.Outbox;

/// <summary>How much restraint a kind of message asks for.</summary>
public enum MessageClass
{
    /// <summary>An answer to what the person did; it goes out at once.</summary>
    Transactional,

    /// <summary>Asks the person to go on; capped, spaced and kept out of quiet hours.</summary>
    Reminder,

    /// <summary>Sent only to those who asked for it; restrained like a reminder.</summary>
    Marketing,

    /// <summary>To operators, not to clients: no preferences, no caps.</summary>
    Operator,
}
