using System.Globalization;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Checkouts and payments that are won back, messages and what became of them, weekly digests.</summary>
public sealed class RecoveryPage(RecoveryQueries view, CheckoutRecoveryQueries figures, HostedRecoveryRuns runs, OutboxOperations review)
{
    public const string Path = "/ops/recovery";

    private const int LatestRuns = 10;
    private const int MaxMessages = 50;

    private static readonly DashboardWindow[] Windows = [DashboardWindow.Day, DashboardWindow.Week, DashboardWindow.Month];

    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var window = Windows.FirstOrDefault(known => known.Label == request.Query("window")) ?? DashboardWindow.Month;
        var messages = window == DashboardWindow.Month ? DashboardWindow.Week : window;
        return OpsPage.OfAsync(
            "Recovery and messages",
            OpsSection.Recovery,
            Markup.Of(
                $"""
                {OpsWindow.Choose(Path, window, windows: Windows)}
                <p class="lead">Jobs: <a href="/ops/jobs/{RecoverySweepJob.Id}">{RecoverySweepJob.Id}</a> · <a href="/ops/jobs/{HostedRecoveryJob.Id}">{HostedRecoveryJob.Id}</a>
                · <a href="/ops/jobs/{WeeklyDigestJob.Id}">{WeeklyDigestJob.Id}</a></p>
                """),
            OpsPanel.ReadAsync($"Checkout recovery, {OpsWindow.NameOf(window)}", token => CheckoutsAsync(window, token), cancellationToken, isWide: true),
            OpsPanel.ReadAsync($"Hosted payment sessions, {OpsWindow.NameOf(window)}", token => HostedAsync(window, token), cancellationToken),
            OpsPanel.ReadAsync("Weekly digests, last 8 weeks", DigestsAsync, cancellationToken),
            OpsPanel.ReadAsync(
                "Runs of the hosted recovery",
                async token => HostedRunTable.Of(await runs.ListAsync(LatestRuns, token), request.Now),
                cancellationToken,
                isWide: true),
            OpsPanel.ReadAsync($"Outbox, {OpsWindow.NameOf(messages)}", token => OutboxAsync(messages, request, token), cancellationToken, isWide: true),
            OpsPanel.ReadAsync("Messages", token => MessagesAsync(request, window, token), cancellationToken, isWide: true));
    }

    private async Task<Markup> CheckoutsAsync(DashboardWindow window, CancellationToken cancellationToken)
    {
        var days = (int)window.Length.TotalDays;
        var report = await figures.ReportAsync(days, cancellationToken);
        return CheckoutRecoveryPanel.Render(report, await view.ReadCheckoutsAsync(days, cancellationToken), days);
    }

    private async Task<Markup> HostedAsync(DashboardWindow window, CancellationToken cancellationToken) =>
        HostedSessionsPanel.Render(await view.ReadHostedAsync(window.Length, cancellationToken));

    private async Task<Markup> DigestsAsync(CancellationToken cancellationToken) =>
        DigestsPanel.Render(await view.ReadDigestsAsync(cancellationToken));

    private async Task<Markup> OutboxAsync(DashboardWindow window, OpsRequest request, CancellationToken cancellationToken) =>
        OutboxPanel.Render(await view.ReadOutboxAsync(window.Length, cancellationToken), request.Now);

    private async Task<Markup> MessagesAsync(OpsRequest request, DashboardWindow window, CancellationToken cancellationToken)
    {
        var status = OutboxStatus.All.FirstOrDefault(known => known == request.Query("status")) ?? OutboxStatus.Dead;
        var messages = await review.ListAsync(new(status, null, null, null, MaxMessages), cancellationToken);
        return Markup.Of(
            $"""
            {OpsParts.Choice("Status", OutboxStatus.All.Select(known => (known, $"{Path}?status={known}&window={window.Label}", known == status)))}
            {MessageTable.Of(messages, status, request)}
            {MessageTable.Redrive(request)}
            """);
    }
}

/// <summary>Abandoned checkouts and what their recovery has brought.</summary>
internal static class CheckoutRecoveryPanel
{
    internal static Markup Render(CheckoutRecoveryReport report, CheckoutOverview reading, int length)
    {
        var today = new DateTimeOffset(report.Until.UtcDateTime.Date, TimeSpan.Zero);
        var steps = ChartTime.Steps(today.AddDays(1 - length), today, TimeSpan.FromDays(1));
        var days = reading.Days.ToDictionary(day => day.Day, day => day.Orders);
        return Markup.Of(
            $"""
            {OpsParts.Tiles(
                OpsParts.Tile("Reminders sent", OpsText.Count(report.PromptsSent)),
                OpsParts.Tile("Links followed", OpsText.Count(report.LinkVisits)),
                OpsParts.Tile("Orders recovered", OpsText.Count(report.RecoveredOrders), Rate(report)),
                OpsParts.Tile("Revenue recovered", Revenue(report)),
                OpsParts.Tile("Due now", OpsText.Count(reading.DueNow), "for the next sweep"))}
            <div class="charts">
            {ColumnChart.Render(
                new("recovered", "Orders recovered per day", "", "No order was recovered in this period. Reminders go out when a checkout stalls; see its job above."),
                [.. steps.Select(ChartTime.Day)],
                new ChartSeries("Orders", [.. steps.Select(at => (double?)days.GetValueOrDefault(at))]))}
            <div><h3>Checkouts in progress</h3>
            {OpsParts.Table(
                "Checkouts in progress by stage",
                ["Stage", "Status", "#Checkouts"],
                reading.Stages.Select(stage => (Markup[])
                [
                    Markup.Of($"{stage.First.Replace('_', ' ')}"),
                    Markup.Of($"{stage.Second.Replace('_', ' ')}"),
                    Markup.Of($"{OpsText.Count(stage.Count)}"),
                ]),
                "No checkout is in progress.")}</div>
            </div>
            """);
    }

    private static string? Rate(CheckoutRecoveryReport report) => report.PromptsSent == 0
        ? null
        : $"{OpsText.Percent((double)report.RecoveredOrders / report.PromptsSent)} of reminders";

    private static string Revenue(CheckoutRecoveryReport report) => report.Revenue.Count == 0
        ? "none"
        : string.Join(", ", report.Revenue.Select(row => row.Amount.ToString("#,0.00", CultureInfo.InvariantCulture) + " " + row.Currency));
}

/// <summary>Hosted payment sessions and their recovery.</summary>
internal static class HostedSessionsPanel
{
    internal static Markup Render(HostedOverview reading) => Markup.Of(
        $"""
        {OpsParts.Tiles(
            OpsParts.Tile("Due now", OpsText.Count(reading.DueNow), "for the next run"),
            OpsParts.Tile("Retried", OpsText.Count(reading.Retried)),
            OpsParts.Tile("Paid after a retry", OpsText.Count(reading.RetriedAndPaid)),
            OpsParts.Tile("Exhausted", OpsText.Count(reading.Exhausted), "all attempts used", reading.Exhausted > 0 ? "warn" : ""))}
        {BarChart.Render(
            new("hosted-status", "Sessions by status", "", "No hosted session was created in this period."),
            [.. reading.Statuses.Select(status => OpsText.Words(status.Label))],
            new ChartSeries("Sessions", [.. reading.Statuses.Select(status => (double?)status.Count)]))}
        """);
}

/// <summary>Weekly digests by week.</summary>
internal static class DigestsPanel
{
    internal static Markup Render(IReadOnlyList<DigestWeekCount> weeks) => ColumnChart.Render(
        new("digests", "Digests per week", "", "No digest was due in this period."),
        [.. weeks.Select(week => week.Week)],
        new ChartSeries("Queued", [.. weeks.Select(week => (double?)week.Enqueued)]),
        new ChartSeries("Skipped: nothing to report", [.. weeks.Select(week => (double?)week.Empty)]));
}

/// <summary>A table of the runs of the hosted recovery.</summary>
internal static class HostedRunTable
{
    internal static Markup Of(IReadOnlyList<HostedRecoveryRun> runs, DateTimeOffset now) => OpsParts.Table(
        "Runs of the hosted recovery, newest first",
        ["Started", "Result", "#Scheduled", "#Notified", "Triggered by", "Error"],
        runs.Select(run => (Markup[])
        [
            OpsText.Time(run.StartedAt, now),
            OpsParts.Chip(run.Status switch { "completed" => "good", "running" => "calm", _ => "bad" }, run.Status),
            Markup.Of($"{OpsText.Count(run.ScheduledCount)}"),
            Markup.Of($"{OpsText.Count(run.NotifiedCount)}"),
            Markup.Of($"{run.TriggeredBy}"),
            Markup.Of($"{run.ErrorMessage ?? OpsText.Unknown}"),
        ]),
        "The recovery has not run yet. Run its job, linked above, to see what it finds.");
}

/// <summary>The outbox: messages by status and kind.</summary>
internal static class OutboxPanel
{
    internal static Markup Render(OutboxOverview reading, DateTimeOffset now)
    {
        var counts = reading.Statuses.ToDictionary(status => status.Label, status => status.Count);
        var dead = counts.GetValueOrDefault(OutboxStatus.Dead);
        return Markup.Of(
            $"""
            {OpsParts.Tiles(
                OpsParts.Tile(
                    "Waiting",
                    OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Pending)),
                    reading.OldestDueAt is { } oldest ? $"oldest waiting for {OpsText.Span(now - oldest)}" : null),
                OpsParts.Tile("Being sent", OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Sending))),
                OpsParts.Tile("Sent", OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Sent))),
                OpsParts.Tile("Suppressed", OpsText.Count(counts.GetValueOrDefault(OutboxStatus.Suppressed)), "intentionally"),
                OpsParts.Tile("Dead", OpsText.Count(dead), null, dead > 0 ? "bad" : ""))}
            {OpsParts.Table(
                "Messages by kind",
                ["Kind", .. OutboxStatus.All.Select(status => "#" + status)],
                reading.Outcomes.GroupBy(row => row.First).Select(kind => Row(kind.Key, kind)),
                "No message was created in this period.")}
            """);
    }

    private static Markup[] Row(string kind, IEnumerable<PairCount> rows)
    {
        var counts = rows.ToDictionary(row => row.Second, row => row.Count);
        return [OpsParts.Code(kind), .. OutboxStatus.All.Select(status => Markup.Of($"{OpsText.Count(counts.GetValueOrDefault(status))}"))];
    }
}

/// <summary>Messages of one status, and the forms that resend them.</summary>
internal static class MessageTable
{
    internal static Markup Of(IReadOnlyList<MessageRow> messages, string status, OpsRequest request) => OpsParts.Table(
        $"Messages with status {status}, newest first",
        ["Kind", "Channel", "Created", "#Attempts", "Reason", ""],
        messages.Select(message => Row(message, request)),
        $"There are no messages with status {status}. Choose another status to see the rest.");

    /// <summary>Resends many messages, selected by the reason why they ended.</summary>
    internal static Markup Redrive(OpsRequest request) => OpsForms.Disclosure(
        "Resend many …",
        "",
        OpsForms.Form(
            request,
            "/ops/messages/redrive",
            Markup.Of(
                $"""
                {OpsParts.Hint("Resends dead and suppressed messages. A message that ended with delivery_unknown may have been delivered: check the mail server's log first.")}
                {OpsForms.Text("redrive-ended", "message_reason", "Reason from the list, such as attempts_exhausted", 100)}
                {OpsForms.Text("redrive-kind", "kind", "Only this kind (optional)", 100, isRequired: false)}
                {OpsForms.Text("redrive-limit", "limit", "At most (1 to 1000; 100 if empty)", 4, isRequired: false)}
                {OpsForms.Text("redrive-reason", "reason", "Reason", 500)}
                <button class="primary">Resend</button>
                """)));

    private static Markup[] Row(MessageRow message, OpsRequest request) =>
    [
        Markup.Of($"<code>{message.Kind}</code> <small>{message.Id}</small>"),
        Markup.Of($"{message.Channel}"),
        OpsText.Time(message.CreatedAt, request.Now),
        Markup.Of($"{message.Attempts}"),
        Markup.Of($"""{message.Reason ?? OpsText.Unknown} <span class="error">{message.Error}</span>"""),
        message.Status is OutboxStatus.Dead or OutboxStatus.Suppressed ? RedriveOne(message, request) : Markup.Empty,
    ];

    private static Markup RedriveOne(MessageRow message, OpsRequest request) => OpsForms.Disclosure(
        "Resend …",
        message.Kind,
        OpsForms.Form(
            request,
            "/ops/messages/redrive",
            Markup.Of(
                $"""
                {OpsForms.Hidden("ids", message.Id.ToString())}
                {OpsForms.Text($"again-{message.Id}", "reason", "Reason", 500)}
                <button class="primary">Resend</button>
                """)));
}

/// <summary>Resends messages, as the API and the command line do.</summary>
public sealed class RecoveryActions(OutboxOperations review)
{
    public async Task<OpsNotice> RedriveAsync(OpsForm form, CancellationToken cancellationToken)
    {
        // A form sends one value where JSON has a list.
        var command = (form["ids"] is { } id ? form.With("ids", new[] { id }) : form).Read(RedriveMessages.Read);
        var count = await review.RedriveAsync(command, cancellationToken);
        return count > 0
            ? OpsNotice.Good($"Messages queued again: {OpsText.Count(count)}.")
            : OpsNotice.Warn("No message matched. It may already be queued again, or it is neither dead nor suppressed.");
    }
}
