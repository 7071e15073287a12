using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Checkouts and payments that are won back, messages and what became of them, weekly digests.</summary>
public sealed class RecoveryPage(RecoveryQueries view, CheckoutRecoveryQueries figures, HostedRecoveryRuns runs, MessageReview review)
{
    public const string Path = "/ops/recovery";

    private const int LatestRuns = 10;
    private const int MostMessages = 50;

    public Task<OpsPage> ShowAsync(OpsVisit visit, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Recovery and messages",
        OpsSection.Recovery,
        Markup.Of(
            $"""
            <p class="lead">Jobs: <a href="/ops/jobs/{RecoverySweepJob.Id}">{RecoverySweepJob.Id}</a> · <a href="/ops/jobs/{HostedRecoveryJob.Id}">{HostedRecoveryJob.Id}</a>
            · <a href="/ops/jobs/{WeeklyDigestJob.Id}">{WeeklyDigestJob.Id}</a></p>
            """),
        OpsPanel.ReadAsync("Checkout recovery, last 30 days", CheckoutsAsync, cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Hosted payment sessions, last 30 days", HostedAsync, cancellationToken),
        OpsPanel.ReadAsync("Weekly digests, last 8 weeks", DigestsAsync, cancellationToken),
        OpsPanel.ReadAsync(
            "Runs of the hosted recovery",
            async token => HostedRunTable.Of(await runs.ListAsync(LatestRuns, token), visit.Now),
            cancellationToken,
            isWide: true),
        OpsPanel.ReadAsync("Outbox, last 7 days", token => OutboxAsync(visit, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Messages", token => MessagesAsync(visit, token), cancellationToken, isWide: true));

    private async Task<Markup> CheckoutsAsync(CancellationToken cancellationToken)
    {
        var report = await figures.ReportAsync(RecoveryQueries.Days, cancellationToken);
        var reading = await view.ReadCheckoutsAsync(cancellationToken);
        return CheckoutBoard.Render(report, reading);
    }

    private async Task<Markup> HostedAsync(CancellationToken cancellationToken) =>
        HostedBoard.Render(await view.ReadHostedAsync(cancellationToken));

    private async Task<Markup> DigestsAsync(CancellationToken cancellationToken) =>
        DigestBoard.Render(await view.ReadDigestsAsync(cancellationToken));

    private async Task<Markup> OutboxAsync(OpsVisit visit, CancellationToken cancellationToken) =>
        OutboxBoard.Render(await view.ReadOutboxAsync(cancellationToken), visit.Now);

    private async Task<Markup> MessagesAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var status = OutboxStatus.All.FirstOrDefault(known => known == visit.Query("status")) ?? OutboxStatus.Dead;
        var messages = await review.ListAsync(new(status, null, null, null, MostMessages), cancellationToken);
        return Markup.Of(
            $"""
            {OpsParts.Choice("Status", OutboxStatus.All.Select(known => (known, $"{Path}?status={known}", known == status)))}
            {MessageTable.Of(messages, status, visit)}
            {MessageTable.Redrive(visit)}
            """);
    }
}
