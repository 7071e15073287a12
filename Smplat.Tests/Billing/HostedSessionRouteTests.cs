using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Billing;

[Parallelizable(ParallelScope.All)]
public sealed class HostedSessionRouteTests
{
    private static readonly Guid Workspace = Guid.NewGuid();

    [Test]
    public async Task A_session_is_listed_and_replaced_once_and_its_invoice_refers_to_the_new_one()
    {
        await using var app = await StartAsync();
        var list = await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/billing/sessions?workspaceId={Workspace}");
        var old = list.GetProperty("sessions")[0];
        var route = $"/api/v1/billing/sessions/{old.GetProperty("id")}/regenerate?workspaceId={Workspace}";
        var body = new { expectedUpdatedAt = old.GetProperty("updatedAt").GetString(), notes = "Asked by phone" };

        var answers = await Task.WhenAll(app.Client.PostAsJsonAsync(route, body), app.Client.PostAsJsonAsync(route, body));

        var done = answers.Single(answer => answer.StatusCode == HttpStatusCode.OK);
        var made = await done.Content.ReadFromJsonAsync<JsonElement>();
        var replaced = await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/billing/sessions/{old.GetProperty("id")}?workspaceId={Workspace}");
        Assert.Multiple(() =>
        {
            Assert.That(answers.Select(answer => answer.StatusCode), Is.EquivalentTo(new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
            Assert.That(made.GetProperty("sessionId").GetString(), Is.Not.EqualTo(old.GetProperty("sessionId").GetString()));
            Assert.That(made.GetProperty("retryCount").GetInt32(), Is.EqualTo(1));
            Assert.That(made.GetProperty("recoveryNotes").GetString(), Does.StartWith("Asked by phone"));
            Assert.That(replaced.GetProperty("status").GetString(), Is.EqualTo("abandoned"));
            Assert.That(replaced.GetProperty("metadata").GetProperty("regenerated_to_id").GetString(), Is.EqualTo(made.GetProperty("id").GetString()));
        });
    }

    [TestCase(null)]
    [TestCase("Stripe answered 503")]
    public async Task The_replaced_page_is_closed_and_a_failure_to_close_it_changes_nothing(string? problem)
    {
        await using var app = await StartAsync(session: "failed");
        var pages = (StripePages)app.Services.GetRequiredService<IStripeGateway>();
        pages.Problem = problem;
        var old = (await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/billing/sessions?workspaceId={Workspace}")).GetProperty("sessions")[0];

        var answer = await app.Client.PostAsJsonAsync(
            $"/api/v1/billing/sessions/{old.GetProperty("id")}/regenerate?workspaceId={Workspace}",
            new { expectedUpdatedAt = old.GetProperty("updatedAt").GetString() });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(pages.Ended, Is.EqualTo(new[] { "cs_old" }));
    }

    [TestCase("/api/v1/billing/sessions", 422)]
    [TestCase("/api/v1/billing/sessions?workspaceId=nonsense", 422)]
    [TestCase("/api/v1/billing/sessions?workspaceId=WORKSPACE&status=odd", 400)]
    [TestCase("/api/v1/billing/sessions?workspaceId=WORKSPACE&limit=0", 422)]
    [TestCase("/api/v1/billing/sessions/11111111-1111-4111-8111-111111111111?workspaceId=WORKSPACE", 404)]
    [TestCase("/api/v1/billing/sessions/nonsense?workspaceId=WORKSPACE", 422)]
    [TestCase("/api/v1/billing/reports?workspaceId=WORKSPACE&lookback_days=121", 422)]
    public async Task Invalid_requests_are_refused(string path, int status)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.GetAsync(path.Replace("WORKSPACE", Workspace.ToString(), StringComparison.Ordinal));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [TestCase("disabled", "Billing center is not enabled")]
    [TestCase("pilot", "Billing center unavailable for workspace")]
    public async Task Only_workspaces_of_the_rollout_see_billing(string stage, string detail)
    {
        await using var app = await StartAsync(stage);

        var answer = await app.Client.GetAsync($"/api/v1/billing/reports?workspaceId={Workspace}");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(detail));
    }

    [Test]
    public async Task The_report_averages_over_all_rows()
    {
        await using var app = await StartAsync();
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            """
            insert into hosted_checkout_sessions (id, session_id, workspace_id, invoice_id, status, retry_count, created_at, completed_at, last_retry_at, next_retry_at, last_error)
            select gen_random_uuid(), 'cs_' || n, invoice.workspace_id, invoice.id, row.status, retries, now() - interval '1 hour',
                case when row.status = 'completed' then now() - interval '1 hour' + n * interval '100 seconds' end,
                case when retries > 0 then now() - interval '1 hour' + retries * interval '60 seconds' end,
                case when row.status = 'failed' then now() + interval '1 hour' end, error
            from invoices invoice, (values (1, 'completed', 0, null), (3, 'completed', 2, null), (5, 'failed', 4, 'card_declined')) as row (n, status, retries, error)
            """,
            null,
            CancellationToken.None));

        var report = await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/billing/reports?workspaceId={Workspace}");

        var metrics = report.GetProperty("metrics");
        Assert.Multiple(() =>
        {
            Assert.That(metrics.GetProperty("total").GetInt32(), Is.EqualTo(4));
            Assert.That(metrics.GetProperty("conversionRate").GetDecimal(), Is.EqualTo(0.5m));
            Assert.That(metrics.GetProperty("abandonmentRate").GetDecimal(), Is.EqualTo(0.5m));
            Assert.That(metrics.GetProperty("averageCompletionSeconds").GetDouble(), Is.EqualTo(200).Within(0.01));
            Assert.That(metrics.GetProperty("averageRetryCount").GetDouble(), Is.EqualTo(3));
            Assert.That(metrics.GetProperty("sessionsWithRetries").GetInt32(), Is.EqualTo(2));
            Assert.That(metrics.GetProperty("averageRetryLatencySeconds").GetDouble(), Is.EqualTo(180).Within(0.01));
            Assert.That(metrics.GetProperty("pendingRegeneration").GetInt32(), Is.EqualTo(1));
            Assert.That(report.GetProperty("abandonmentReasons").ToString(), Does.Contain("card_declined").And.Contain("unknown"));
            Assert.That(report.GetProperty("invoiceStatuses").ToString(), Does.Contain("issued"));
        });
    }

    [Test]
    public async Task An_operator_runs_the_recovery_under_a_label()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.PostAsJsonAsync("/api/v1/operators/recovery/hosted/run", new { triggered_by = "manual" });
        var runs = await app.Client.GetFromJsonAsync<JsonElement>("/api/v1/operators/recovery/hosted/runs");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(runs.GetProperty("runs")[0].GetProperty("triggered_by").GetString(), Is.EqualTo("manual"));
    }

    private static async Task<SmplatApp> StartAsync(string stage = "ga", string session = "expired")
    {
        var app = await SmplatApp.StartAsync(
            new Dictionary<string, string> { ["BILLING_ROLLOUT_STAGE"] = stage },
            builder => builder.Services.AddSingleton<IStripeGateway, StripePages>());
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            """
            insert into users (id, email) values (@Workspace, 'ada@example.test');
            insert into invoices (id, invoice_number, workspace_id, balance_due, currency) values (@invoice, 'INV-1', @Workspace, 320, 'USD');
            insert into hosted_checkout_sessions (id, session_id, workspace_id, invoice_id, status, metadata)
            values (gen_random_uuid(), 'cs_old', @Workspace, @invoice, @session, '{"success_url":"https://shop.test/ok","cancel_url":"https://shop.test/no"}')
            """,
            new { Workspace, invoice = Guid.NewGuid(), session },
            CancellationToken.None));
        return app;
    }

    private sealed class StripePages : IStripeGateway
    {
        public ConcurrentQueue<string> Ended { get; } = new();

        public string? Problem { get; set; }

        public Task<SessionOutcome> CreateSessionAsync(SessionRequest request, CancellationToken cancellationToken) =>
            Task.FromResult<SessionOutcome>(
                new SessionOutcome.Made($"cs_{request.PaymentId:N}", $"https://pay.test/{request.PaymentId:N}", null));

        public Task<SessionEnd> EndSessionAsync(string sessionId, CancellationToken cancellationToken)
        {
            Ended.Enqueue(sessionId);
            return Task.FromResult<SessionEnd>(Problem is { } problem ? new SessionEnd.Failed(problem) : new SessionEnd.Ended());
        }
    }
}
