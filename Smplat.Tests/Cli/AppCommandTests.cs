using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Smplat.LocalHost;
using Smplat.Tests.Fulfillment;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary>Commands against a running app: one without keys, as on a developer's machine, and one with a key.</summary>
public sealed class AppCommandTests
{
    private const string Basket =
        """{"items":[{"id":"1","name":"Bananas","quantity":1,"unit":"lb"}],"shippingAddress":{"street":"123 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}""";

    private SmplatApp _app = null!;
    private FulfillmentRows _given = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _app = await SmplatApp.StartAsync(LocalWebhookSecrets.All);
        _given = new(_app.OwnDatabase!.DataSource, TimeProvider.System);
    }

    [OneTimeTearDown]
    public ValueTask StopAsync() => _app.DisposeAsync();

    [Test]
    public async Task A_keyless_local_app_is_used_without_a_key()
    {
        foreach (var command in new[] { "check observability --require-key --max-fulfillment-dead-lettered 99", "export catalog-insights --format md", "smoke checkout", "keys review" })
        {
            await SeedProductAsync();
            var run = await RunAsync(command);

            Assert.That(run.ExitCode, Is.Zero, $"{command}: {run.Output}{run.Error}");
        }
    }

    [Test]
    public async Task A_missing_and_a_wrong_key_are_one_line_that_says_what_to_do()
    {
        await using var keyed = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key" });
        string[] at = ["--base-url", keyed.Client.BaseAddress!.OriginalString];

        var missing = await CliRun.RunAsync(["jobs", "list", .. at]);
        var wrong = await CliRun.RunAsync(["jobs", "list", "--api-key", "wrong", .. at]);
        var gate = await CliRun.RunAsync(["check", "observability", "--require-key", .. at]);

        Assert.That((missing.ExitCode, wrong.ExitCode, gate.ExitCode), Is.EqualTo((1, 1, 1)));
        Assert.That(missing.Error.Trim(), Is.EqualTo("The app needs an API key: pass --api-key, or set OPERATOR_API_KEY or CHECKOUT_API_KEY."));
        Assert.That(gate.Error, Is.EqualTo(missing.Error));
        Assert.That(wrong.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(wrong.Error, Does.StartWith("The app refuses this API key (40"));
    }

    [TestCase("jobs history --limit 100000", 2)]
    [TestCase("events rejected --limit 100000", 2)]
    [TestCase("banner set x --severity loud", 2)]
    [TestCase("jobs run no-such-job", 1)]
    [TestCase("orders show SM999999", 1)]
    [TestCase("orders show 0198f000-0000-7000-8000-00000000dead", 1)]
    [TestCase("fulfillment dead-letters replay 0198f000-0000-7000-8000-00000000dead --reason x", 1)]
    public async Task What_the_app_refuses_is_one_line_without_JSON_and_has_the_documented_exit_code(string command, int expected)
    {
        var run = await RunAsync(command);

        Assert.That(run.ExitCode, Is.EqualTo(expected), run.Error);
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error.Trim().Split('\n'), Has.Length.EqualTo(1), run.Error);
        Assert.That(run.Error.Trim(), Is.Not.Empty.And.Not.Contain("{").And.Not.Contain("\"detail\""));
    }

    [Test]
    public async Task Tables_fit_80_columns_and_keep_ids_whole()
    {
        var (task, order) = await ADeadLetterAsync();
        await _app.Client.PostAsync("/functions/v1/loopgpt_route_order", new StringContent(Basket, System.Text.Encoding.UTF8, "application/json"));
        var number = await _app.OwnDatabase!.ReadAsync<string>($"select order_number from orders where id = '{order}'");
        foreach (var command in new[]
        {
            "health", "jobs list", "jobs history", "flags", "keys review", "providers list", "notifications list", "notifications kinds", "events rejected",
            "fulfillment dead-letters list", $"fulfillment dead-letters show {task}", "fulfillment dead-letters redrive --reason tried --dry-run",
            $"orders show {number}",
        })
        {
            var run = await RunAsync(command, ("COLUMNS", "80"), ("SMPLAT_DATABASE", _app.OwnDatabase!.ConnectionString));

            Assert.That(run.Error, Is.Empty, command);
            Assert.That(run.Output.Split('\n').Where(line => line.Length > 80), Is.Empty, command);
            Assert.That(run.Output, Does.Not.StartWith("{").And.Not.StartWith("["), command);
        }

        var list = await RunAsync("fulfillment dead-letters list", ("COLUMNS", "80"));
        Assert.That(list.Output, Does.Contain($"{task}"));
    }

    [Test]
    public async Task An_order_is_shown_by_number_and_by_id()
    {
        var placed = await _app.Client.PostAsJsonAsync("/api/v1/orders", new
        {
            items = new[] { new { product_title = "Instagram Growth", quantity = 2, unit_price = 10, total_price = 20 } },
            currency = "EUR",
        });
        var order = await placed.Content.ReadFromJsonAsync<JsonElement>();
        var (id, number) = (order.GetProperty("id").GetString()!, order.GetProperty("order_number").GetString()!);
        await _app.Client.PostAsJsonAsync($"/api/v1/operators/orders/{id}/status", new { status = "on_hold", actor = "on-call", reason = "customer asked" });

        var byNumber = await RunAsync($"orders show {number}");
        var byId = await RunAsync($"orders show {id} --json");

        Assert.That(byNumber.ExitCode, Is.Zero, byNumber.Error);
        Assert.That(byNumber.Output, Does.Contain(id).And.Contain("20.00 EUR").And.Contain("Instagram Growth").And.Contain("customer asked"));
        Assert.That(byId.Json.GetProperty("order").GetProperty("order_number").GetString(), Is.EqualTo(number));
        Assert.That(byId.Json.GetProperty("status_changes").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Providers_are_listed_with_their_health()
    {
        var run = await RunAsync("providers list");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("KROGER_API").And.Contain("mock").And.Contain("closed").And.Contain("The enabled providers are healthy."));
    }

    [Test]
    public async Task Many_rows_are_changed_only_after_a_yes_and_a_dry_run_changes_none()
    {
        var (task, _) = await ADeadLetterAsync();
        string[] redrive = ["fulfillment", "dead-letters", "redrive", "--reason", "the provider is back"];

        var unanswered = await RunAsync([.. redrive]);
        var dry = await RunAsync([.. redrive, "--dry-run"]);
        var before = await StatusAsync(task);
        var done = await RunAsync([.. redrive, "--yes"]);

        Assert.That((unanswered.ExitCode, dry.ExitCode, done.ExitCode), Is.EqualTo((2, 0, 0)), done.Error);
        Assert.That(unanswered.Error, Does.Contain("--yes").And.Contain("--dry-run"));
        Assert.That(dry.Output, Does.Contain($"{task}").And.Contain("nothing was changed"));
        Assert.That((before, await StatusAsync(task)), Is.EqualTo(("failed", "pending")));
        Assert.That((await RunAsync("events replay")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync(["notifications", "redrive", "--message-reason", "x", "--actor", "a", "--reason", "b"])).ExitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task A_sample_webhook_is_signed_and_taken()
    {
        foreach (var name in new[] { "checkout.session.completed", "payment_intent.payment_failed", "charge.refunded", "mealme.in_progress" })
        {
            var run = await CliRun.RunAsync(
                ["trigger", name, "--base-url", _app.Client.BaseAddress!.OriginalString], new Dictionary<string, string>(LocalWebhookSecrets.All));

            Assert.That(run.ExitCode, Is.Zero, $"{name}: {run.Error}");
            Assert.That(run.Output, Does.StartWith($"{name} was delivered to /"));
        }

        var forged = await RunAsync("trigger charge.refunded --secret wrong");
        Assert.That(forged.ExitCode, Is.EqualTo(2));
        Assert.That(forged.Error.Trim(), Is.EqualTo("Invalid webhook signature"));
    }

    [Test]
    public async Task A_followed_log_prints_lines_as_they_are_written_until_it_is_stopped()
    {
        var start = new ProcessStartInfo("dotnet", [CliRun.Program, "logs", "tail", "--follow", "--since", "1m", "--base-url", _app.Client.BaseAddress!.OriginalString])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        try
        {
            await _app.Client.PostAsync("/functions/v1/loopgpt_route_order", new StringContent(Basket, System.Text.Encoding.UTF8, "application/json"));
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync(limit.Token);
            }
            while (line is not null && !line.Contains("request=", StringComparison.Ordinal));

            Assert.That(line, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ \S+"));
        }
        finally
        {
            process.Kill();
        }
    }

    [Test]
    public async Task A_page_is_named_where_no_browser_opens()
    {
        var run = await RunAsync("open docs --print");

        Assert.That(run.Output.Trim(), Is.EqualTo($"{_app.Client.BaseAddress!.OriginalString.TrimEnd('/')}/api/docs"));
    }

    private async Task<(Guid Task, Guid Order)> ADeadLetterAsync()
    {
        var task = await _given.ATaskAsync();
        await _app.OwnDatabase!.ExecuteAsync(
            $"update fulfillment_tasks set status = 'failed', retry_count = max_retries, error_message = 'the provider answered 503 for the third time' where id = '{task}'");
        var order = await _app.OwnDatabase!.ReadAsync<Guid>(
            $"select item.order_id from fulfillment_tasks task join order_items item on item.id = task.order_item_id where task.id = '{task}'");
        return (task, order);
    }

    private Task<string> StatusAsync(Guid task) => _app.OwnDatabase!.ReadAsync<string>($"select status from fulfillment_tasks where id = '{task}'");

    private async Task SeedProductAsync()
    {
        var seed = await CliRun.RunAsync(["seed", "--force", "--database", _app.OwnDatabase!.ConnectionString]);
        Assert.That(seed.ExitCode, Is.Zero, seed.Error);
    }

    private Task<CliRun> RunAsync(string command, params (string Name, string Value)[] settings) =>
        RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries), settings);

    private Task<CliRun> RunAsync(string[] arguments, params (string Name, string Value)[] settings) => CliRun.RunAsync(
        [.. arguments, "--base-url", _app.Client.BaseAddress!.OriginalString], settings.ToDictionary(setting => setting.Name, setting => setting.Value));
}
