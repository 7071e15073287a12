namespace Smplat.Core.Billing;

/// <summary>Counts of a pass while it goes on, so that a pass that fails midway tells what it did.</summary>
internal sealed class HostedTally
{
    public int Scheduled { get; set; }

    public int Notified { get; set; }

    public int Expired { get; set; }

    public int Abandoned { get; set; }

    public int Exhausted { get; set; }

    public int Regenerated { get; set; }

    public int Failed { get; set; }
}
