using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Checkout.Hosted;

/// <param name="TriggeredBy">Label of the run in the ledger. Default <c>manual</c>.</param>
public sealed record RunHostedRecoveryCommand(string TriggeredBy, int? Limit, int? MaxAttempts)
{
    public static RunHostedRecoveryCommand Read(Fields fields) => new(
        fields.Text("triggered_by", 1, 64) ?? "manual",
        fields.Integer("limit", 1, 10_000),
        fields.Integer("max_attempts", 1, 50));
}
