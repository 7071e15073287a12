namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsPageTests
{
    private const string Attack = "<script>document.title='owned'</script>\"'&<b>";

    public static readonly string[] Pages =
        ["/ops", "/ops/jobs", "/ops/jobs/retention", "/ops/queue", "/ops/providers", "/ops/commerce", "/ops/commerce?window=30d", "/ops/recovery", "/ops/flags"];

    [Test]
    public async Task Every_page_renders_without_data_and_says_that_there_is_none()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        foreach (var path in Pages)
        {
            var (status, html) = await ops.OpenAsync(path);
            Assert.That(status, Is.EqualTo(200), path);
            Assert.That(html, Does.Contain("<h1>").And.Contain("aria-current=\"page\""), path);
        }

        Assert.That((await ops.OpenAsync("/ops/commerce")).Html, Does.Contain("No requests in the last hour."));
        Assert.That((await ops.OpenAsync("/ops/queue")).Html, Does.Contain("There are no dead letters."));
        Assert.That((await ops.OpenAsync("/ops/recovery")).Html, Does.Contain("There are no messages with status dead."));
    }

    [TestCase("/ops/jobs/nothing")]
    [TestCase("/ops/queue/nothing")]
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

        foreach (var path in Pages.Append($"/ops/queue/{task}"))
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
        Assert.That(changed, Does.Contain("LOOPGPT_PREFER_DIRECT_KROGER"));
    }
}
