namespace Smplat.Core.Platform.Jobs;

/// <summary>Why a job did not run.</summary>
public enum SkipReason
{
    /// <summary>Its switch is off.</summary>
    Disabled,

    /// <summary>Another run holds the lease, or waits for its next attempt.</summary>
    Busy,

    /// <summary>The last occurrence is too recent.</summary>
    NotDue,
}
