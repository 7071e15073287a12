using Smplat.Functions.Ops;

namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsPageTests
{
    private const string Attack = "<script>document.title='owned'</script>\"'&<b>";

    public static readonly string[] Pages =
        ["/ops", "/ops/jobs", "/ops/jobs/retention", "/ops/queue", "/ops/providers", "/ops/commerce", "/ops/commerce?window=30d", "/ops/requests", "/ops/find?id=nothing", "/ops/recovery", "/ops/flags"];

    [Test]
    public async Task Every_page_renders_without_data_and_says_that_there_is_none()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        foreach (var path in Pages)
        {
            var (status, html) = await ops.OpenAsync(path);
            Assert.That(status, Is.EqualTo(200), path);
            Assert.That(html, Does.Contain("<h1>"), path);
            Assert.That(html.Contains("aria-current=\"page\"", StringComparison.Ordinal), Is.EqualTo(!path.StartsWith("/ops/find", StringComparison.Ordinal)), path);
        }

        Assert.That((await ops.OpenAsync("/ops/commerce")).Html, Does.Contain("No requests in the last hour."));
        Assert.That((await ops.OpenAsync("/ops/queue")).Html, Does.Contain("There are no dead letters."));
        Assert.That((await ops.OpenAsync("/ops/recovery")).Html, Does.Contain("There are no messages with status dead."));
        Assert.That((await ops.OpenAsync("/ops/requests")).Html, Does.Contain("No request in this period.").And.Contain("loopgpt_route_order"));
        Assert.That((await ops.OpenAsync("/ops/find?id=nothing")).Html, Does.Contain("Nothing has this id."));
    }

    [TestCase("/ops/jobs/nothing")]
    [TestCase("/ops/queue/nothing")]
    [TestCase("/ops/requests/nothing")]
    [TestCase("/ops/requests/req_1764518400000_abcdefghij")]
    [TestCase("/ops/queue/00000000-0000-0000-0000-000000000001")]
    public async Task A_missing_record_is_a_not_found_page(string path)
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var (status, html) = await ops.OpenAsync(path);

        Assert.That(status, Is.EqualTo(404));
        Assert.That(html, Does.Contain("<h1>Not found</h1>"));
    }

    [Test]
    public async Task An_error_before_a_page_is_rendered_is_a_page_too()
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var answer = await ops.Client.PostAsync("/ops/banner", new ByteArrayContent(new byte[11 * 1024 * 1024]));

        Assert.That((int)answer.StatusCode, Is.EqualTo(413));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'"));
    }

    [TestCase("/ops/commerce?window=a&window=b")]
    [TestCase("/ops/commerce?window=%3Cscript%3E")]
    [TestCase("/ops/queue?type=%00")]
    [TestCase("/ops/requests?provider=%3Cscript%3E&event=%27&outcome=x&before=9_9_9&since=yesterday&until=%00")]
    [TestCase("/ops/requests?before=99999999999999999999_1")]
    [TestCase("/ops/requests?before=3155378975999999999_1&window=7d")]
    [TestCase("/ops/requests?since=2026-02-01T00:00&until=2026-01-01T00:00")]
    [TestCase("/ops/find?id=%00")]
    [TestCase("/ops/recovery?status=everything")]
    public async Task An_invalid_query_shows_the_default(string path)
    {
        await using var ops = await OpsFixture.SignedInAsync();

        Assert.That((await ops.OpenAsync(path)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Every_value_is_text_whatever_it_holds()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var task = await ops.Rows.ADeadLetterAsync(Attack, Attack);
        await ops.Rows.AMessageAsync(Attack, "dead", Attack, Attack);
        await ops.Rows.AQuoteAsync(Attack, 100);
        await ops.Rows.ADecisionAsync(Attack, 1000, 2000, 30);
        await ops.Rows.ARequestAsync(100);
        await ops.ActAsync("/ops/banner", ("message", Attack), ("reference", Attack));
        await ops.Rows.ARoutedRequestAsync(OpsRows.RequestIdAt(ops.Rows.Now), Attack);
        await ops.Rows.ExecuteAsync(
            """
            insert into job_state (job_id, runs, last_started_at, last_error, last_error_at, consecutive_run_failures)
            values ('retention', 1, @Now, @Attack, @Now, 1)
            on conflict (job_id) do update set last_error = @Attack, last_error_at = @Now, last_started_at = @Now;
            insert into job_run (id, job_id, triggered_by, status, attempt, owner, started_at, completed_at, summary, error)
            values (gen_random_uuid(), 'retention', @Attack, 'failed', 1, @Attack, @Now, @Now, '{}', @Attack);
            insert into commerce.vendor_call (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
            values ('KROGER_API', @Attack, date_trunc('hour', @Now::timestamptz), '401', 1, 1, @Now);
            insert into hosted_session_recovery_runs (id, triggered_by, status, started_at, error_message)
            values (gen_random_uuid(), 'x', 'failed', @Now, @Attack);
            """,
            new { ops.Rows.Now, Attack });

        foreach (var path in Pages.Append($"/ops/queue/{task}").Append($"/ops/requests/{OpsRows.RequestIdAt(ops.Rows.Now)}").Append($"/ops/find?id={task}").Append($"/ops/find?id={Uri.EscapeDataString(Attack)}"))
        {
            var (status, html) = await ops.OpenAsync(path);
            Assert.That(status, Is.EqualTo(200), path);
            Assert.That(html, Does.Not.Contain("<script>").And.Not.Contain("<b>").And.Not.Contain("&<"), path);
            Assert.That(html, Does.Contain("&lt;script&gt;"), $"{path} shows at least the banner");
        }

        Assert.That((await ops.OpenAsync("/ops/commerce")).Html.Split("&lt;script&gt;"), Has.Length.GreaterThan(8), "names in charts and tables");
    }

    [Test]
    public async Task A_failing_job_is_shown_on_the_overview_and_in_its_row()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        await ops.Rows.ExecuteAsync(
            """
            insert into job_state (job_id, runs, run_failures, last_started_at, last_error, last_error_at, consecutive_run_failures)
            values ('retention', 3, 2, @Now, 'disk is full', @Now, 2)
            on conflict (job_id) do update
            set runs = 3, run_failures = 2, last_started_at = @Now, last_error = 'disk is full', consecutive_run_failures = 2
            """,
            new { ops.Rows.Now });

        Assert.That((await ops.OpenAsync("/ops")).Html, Does.Contain("Failing jobs</dt><dd><a href=\"/ops/jobs\">1</a>"));
        var jobs = (await ops.OpenAsync("/ops/jobs")).Html;
        Assert.That(jobs, Does.Contain("chip bad\">failing").And.Contain("disk is full"));
        Assert.That(
            jobs.IndexOf("/ops/jobs/retention\"", StringComparison.Ordinal),
            Is.LessThan(jobs.IndexOf("/ops/jobs/analytics-retention\"", StringComparison.Ordinal)),
            "what fails stands first");
    }

    [Test]
    public async Task Providers_show_their_switches_circuits_and_quotas()
    {
        await using var ops = await OpsFixture.SignedInAsync(new()
        {
            ["LOOPGPT_ENABLE_KROGER"] = "false",
            ["LOOPGPT_WALMART_MOCK"] = "true",
            ["WALMART_DAILY_LIMIT"] = "1234",
        });

        var (_, html) = await ops.OpenAsync("/ops/providers");

        Assert.That(html, Does.Contain("chip off\">disabled").And.Contain("chip warn\">mock").And.Contain("chip good\">closed"));
        Assert.That(html, Does.Contain("1,234").And.Contain("LOOPGPT_ENABLE_KROGER").And.Contain("LOOPGPT_WALMART_MOCK"));
    }

    [Test]
    public async Task Changed_switches_are_listed_separately()
    {
        await using var ops = await OpsFixture.SignedInAsync(new() { ["LOOPGPT_PREFER_DIRECT_KROGER"] = "true" });

        var (_, html) = await ops.OpenAsync("/ops/flags");

        var changed = html[html.IndexOf("Not at their default", StringComparison.Ordinal)..html.IndexOf("At their default", StringComparison.Ordinal)];
        Assert.That(changed, Does.Contain("LOOPGPT_PREFER_DIRECT_KROGER").And.Contain("app setting <code>LOOPGPT_PREFER_DIRECT_KROGER</code>"));
        Assert.That(html, Does.Contain("data-label=\"Default\">off").And.Contain("Without it the dashboards are still correct"), "defaults and descriptions");
    }

    [Test]
    public async Task Every_switch_has_a_description()
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var (_, html) = await ops.OpenAsync("/ops/flags");

        Assert.That(html, Does.Not.Contain("<small></small>"));
    }

    [Test]
    public async Task Jobs_show_their_schedule_in_words_and_their_next_run()
    {
        await using var ops = await OpsFixture.SignedInAsync(new() { ["RETENTION_SCHEDULE"] = "0 30 3 * * *" });

        var (_, html) = await ops.OpenAsync("/ops/jobs/retention");

        Assert.That(html, Does.Contain("every day at 03:30").And.Contain("<code>RETENTION_SCHEDULE</code>"));
        Assert.That(html, Does.Match("Next run</dt><dd><time datetime=\"[0-9-]+T03:30:00Z\""));
    }

    [TestCase("0 */5 * * * *", "every 5 minutes")]
    [TestCase("*/15 * * * * *", "every 15 seconds")]
    [TestCase("0 0 * * * *", "every hour at minute 0")]
    [TestCase("0 10 */6 * * *", "every 6 hours at minute 10")]
    [TestCase("0 0 20 * * 0", "every Sunday at 20:00")]
    [TestCase("0 0 20 * * sun", "every Sunday at 20:00")]
    [TestCase("00:05:00", "every 5 min")]
    [TestCase("0 0 1-5 * * *", "0 0 1-5 * * *")]
    [TestCase(null, "–")]
    public void A_schedule_is_put_into_words(string? schedule, string words) => Assert.That(ScheduleText.Describe(schedule), Is.EqualTo(words));

    [TestCase("""{"claimed":3,"failed":0,"done":true}""", "3 claimed, done")]
    [TestCase("""{"by_kind":{"a":1,"b":0},"until":"2026-01-01T00:00:00Z"}""", "by kind: 1 a, until 1 Jan 2026, 00:00:00 UTC")]
    [TestCase("{}", "nothing to do")]
    [TestCase("not json", "not json")]
    public void A_result_is_put_into_words(string summary, string words) => Assert.That(OpsText.Facts(summary), Is.EqualTo(words));
}
