using System.Net;
using System.Net.Http.Json;

namespace Smplat.Tests.Operators.Drills;

/// <summary>Storefront events that are sent away or rejected, provoked at the route that takes them.</summary>
public sealed class AnalyticsAlertDrillTests
{
    private const string Path = "/api/v1/analytics/offer-events";

    [Test]
    public async Task Requests_that_are_sent_away_alert_when_they_go_on_also_the_first_time_ever()
    {
        await using var drill = await DrillFixture.StartAsync(new Dictionary<string, string> { ["ANALYTICS_WRITE_TIMEOUT_MILLISECONDS"] = "100" });
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("EventIntakeRefusing");

        await using (var connection = await drill.App.OwnDatabase!.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = connection.CreateCommand();
            hold.CommandText = "lock table offer_event_key in exclusive mode";
            await hold.ExecuteNonQueryAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => drill.Client.PostAsJsonAsync(Path, new { offer_slug = "a", event_type = "b" })));
            Assert.That(answers.Select(answer => answer.StatusCode), Has.All.EqualTo(HttpStatusCode.ServiceUnavailable));
        }

        await drill.ShowsAsync("smplat_analytics_requests_refused_total{reason=\"timeout\"} 8");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Quiet("EventIntakeRefusing");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires("EventIntakeRefusing");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_storefront_whose_events_break_a_rule_alerts_from_twenty_on()
    {
        await using var drill = await DrillFixture.StartAsync();
        await SendAsync(drill, good: 1, bad: 1);
        await drill.ShowsAsync("smplat_analytics_events_total{verdict=\"rejected\"} 1");
        await drill.Alerts.SeeAsync(6);
        await SendAsync(drill, good: 80, bad: 12);
        await drill.ShowsAsync("smplat_analytics_events_total{verdict=\"rejected\"} 13");
        await drill.Alerts.SeeAsync(7);
        drill.Alerts.Quiet("EventsRejected");

        await SendAsync(drill, good: 80, bad: 12);
        await drill.ShowsAsync("smplat_analytics_events_total{verdict=\"rejected\"} 25");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Fires("EventsRejected{team=\"merchandising\"}");

        await drill.Alerts.JudgeAsync();
    }

    private static async Task SendAsync(DrillFixture drill, int good, int bad)
    {
        var batch = Enumerable.Range(0, good + bad).Select(at => new { offer_slug = at < good ? "spring" : "", event_type = "impression" });
        var answer = await drill.Client.PostAsJsonAsync(Path, new { batch });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MultiStatus));
    }
}
