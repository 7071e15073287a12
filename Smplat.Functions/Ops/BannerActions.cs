using Smplat.Core.Operators;

namespace Smplat.Functions.Ops;

/// <summary>Puts the incident banner up and takes it down, on the same board as the routes.</summary>
public sealed class BannerActions(BannerOperations board)
{
    public const string Path = "/ops";

    public async Task<OpsNotice> SetAsync(OpsVisit visit, OpsForm form, CancellationToken cancellationToken)
    {
        await board.SetAsync(form.With("set_by", visit.Actor).Read(IncidentBanner.Read), cancellationToken);
        return OpsNotice.Good("The banner is up.");
    }

    public async Task<OpsNotice> ClearAsync(OpsForm form, CancellationToken cancellationToken) =>
        await board.ClearAsync(form.Read(ClearBanner.Read), cancellationToken)
            ? OpsNotice.Good("The banner is down.")
            : OpsNotice.Warn("No banner was up.");
}
