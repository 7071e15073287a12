using System.Net;
using System.Net.Http.Json;
using Smplat.Tests.Ops;

namespace Smplat.Tests.Operators.Drills;

/// <summary>The thresholds of requirements/003 for sign-in: shoppers, wrong keys at the operators' page, and at the routes.</summary>
public sealed class AccessAlertDrillTests
{
    private const int Attempts = 5;

    [Test]
    public async Task More_than_three_lockouts_within_a_minute_alert_and_three_do_not()
    {
        await using var drill = await DrillFixture.StartAsync(new Dictionary<string, string>
        {
            ["OPERATOR_API_KEY"] = OpsFixture.OperatorKey,
            ["SMPLAT_OPS_SESSION_SECRET"] = OpsFixture.Secret,
            ["SMPLAT_OPS_LOGIN_ATTEMPTS"] = $"{Attempts}",
            ["SMPLAT_CLIENT_ADDRESS_HEADER"] = "CLIENT-IP",
        });
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Quiet("LockoutSpike");

        await LockOutAsync(drill, "203.0.113.", 2);
        await LockOutShoppersAsync(drill, "ada", 1);
        await drill.ShowsAsync("smplat_auth_lockouts_total{surface=\"operators\"} 2");
        await drill.ShowsAsync("smplat_auth_lockouts_total{surface=\"storefront\"} 1");
        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Quiet("LockoutSpike");

        await LockOutAsync(drill, "198.51.100.", 1);
        await LockOutShoppersAsync(drill, "eve", 3);
        await drill.ShowsAsync("smplat_auth_lockouts_total{surface=\"operators\"} 3");
        await drill.ShowsAsync("smplat_auth_lockouts_total{surface=\"storefront\"} 4");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("LockoutSpike{team=\"security\"}");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Quiet("LockoutSpike");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task Many_requests_without_a_valid_key_alert()
    {
        await using var drill = await DrillFixture.StartAsync();
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("KeyRefusals");

        for (var attempt = 0; attempt < 60; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/operators/jobs");
            request.Headers.Authorization = new("Bearer", "a guess");
            await drill.Client.SendAsync(request);
        }

        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Fires("KeyRefusals");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_feed_with_gaps_and_a_feed_that_is_gone_alert()
    {
        await using var drill = await DrillFixture.StartAsync();
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("SmplatFeedIncomplete", "SmplatFeedDown");

        await drill.TakeAwayAsync("job_state");
        await drill.ShowsAsync("smplat_feed_failed_sources 1");
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Fires("SmplatFeedIncomplete");
        drill.Alerts.Quiet("SmplatFeedDown");

        await drill.App.StopAsync();
        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Fires("SmplatFeedDown");

        await drill.Alerts.JudgeAsync();
    }

    /// <summary>Five failed sign-ins of each of so many shoppers.</summary>
    private static async Task LockOutShoppersAsync(DrillFixture drill, string name, int shoppers)
    {
        for (var shopper = 1; shopper <= shoppers; shopper++)
        {
            var state = "";
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var answer = await drill.Client.PostAsJsonAsync(
                    "/api/v1/auth/attempts", new { identifier = $"{name}{shopper}@example.com", outcome = "failure" });
                state = await answer.Content.ReadAsStringAsync();
            }

            Assert.That(state, Does.Contain("\"locked\":true"));
        }
    }

    /// <summary>As many wrong keys as lead to a lockout, from each of so many addresses.</summary>
    private static async Task LockOutAsync(DrillFixture drill, string network, int addresses)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = drill.Client.BaseAddress };
        for (var address = 1; address <= addresses; address++)
        {
            HttpResponseMessage? last = null;
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var token = OpsFixture.TokenIn(await browser.GetStringAsync("/ops/login"));
                using var request = new HttpRequestMessage(HttpMethod.Post, "/ops/login")
                {
                    Content = new FormUrlEncodedContent([new("form_token", token), new("key", $"guess {attempt}")]),
                };
                request.Headers.Add("CLIENT-IP", network + address);
                last = await browser.SendAsync(request);
            }

            Assert.That(last!.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        }
    }
}
