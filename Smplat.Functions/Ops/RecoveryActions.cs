using Smplat.Core.Platform.Outbox;

namespace Smplat.Functions.Ops;

/// <summary>Sends messages on their way again, by the same review as the routes and the command line.</summary>
public sealed class RecoveryActions(OutboxOperations review)
{
    public async Task<OpsNotice> RedriveAsync(OpsForm form, CancellationToken cancellationToken)
    {
        // A form has one value where JSON has a list.
        var command = (form["ids"] is { } id ? form.With("ids", new[] { id }) : form).Read(RedriveMessages.Read);
        var count = await review.RedriveAsync(command, cancellationToken);
        return count > 0
            ? OpsNotice.Good($"{OpsText.Count(count)} messages are on their way again.")
            : OpsNotice.Warn("No message matched: it is on its way already, or was never given up.");
    }
}
