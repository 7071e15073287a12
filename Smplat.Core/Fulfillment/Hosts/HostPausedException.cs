namespace Smplat.Core.Fulfillment.Hosts;

/// <summary>A call that was not made, because its host must be left alone for a while.</summary>
public sealed class HostPausedException(string message, TimeSpan wait) : Exception(message)
{
    public TimeSpan Wait => wait;
}
