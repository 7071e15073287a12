using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Billing;

/// <summary>Who may use the billing routes.</summary>
public sealed class BillingRolloutOptions
{
    /// <summary><c>disabled</c>, <c>pilot</c> (only the listed workspaces) or <c>ga</c>. Default pilot.</summary>
    [ConfigurationKeyName("BILLING_ROLLOUT_STAGE")]
    [RegularExpression("(?i)disabled|pilot|ga", ErrorMessage = "{0} must be disabled, pilot or ga.")]
    public string Stage { get; init; } = "pilot";

    /// <summary>Workspaces of the pilot. Default none.</summary>
    [ConfigurationKeyName("BILLING_ROLLOUT_WORKSPACES")]
    public string[] Workspaces { get; init; } = [];

    public bool IsDisabled => Stage.Equals("disabled", StringComparison.OrdinalIgnoreCase);

    public bool Admits(Guid workspaceId) =>
        Stage.Equals("ga", StringComparison.OrdinalIgnoreCase)
        || Workspaces.Contains(workspaceId.ToString(), StringComparer.OrdinalIgnoreCase);
}
