using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary>Output into a pipe: tables without colour, or one JSON document with --json.</summary>
public sealed class OutputTests
{
    /// <summary>Commands that succeed with a new app and its database.</summary>
    private static readonly string[] Commands =
    [
        "banner set careful --by on-call", "banner show", "banner clear", "check observability", "completion bash", "digest run --dry-run",
        "events rejected", "events replay --dry-run", "events replay --yes", "export catalog-insights", "export offer-events --output -", "flags", "flags --changed",
        "fulfillment dead-letters list", "fulfillment dead-letters redrive --reason tried --dry-run", "fulfillment dead-letters redrive --reason tried --yes",
        "fulfillment drain", "jobs list", "jobs history",
        "jobs run retention", "jobs restart retention", "keys review", "migrate", "open ops --print", "providers list", "notifications kinds", "notifications list",
        "notifications preview weekly_digest", "notifications deliver", "onboarding nudges --dry-run", "recovery inspect", "recovery hosted run --force",
        "recovery checkout run --force", "seed", "reference", "smoke fulfillment --in-process", "smoke checkout --in-process",
    ];

    [Test]
    public async Task Json_is_one_document_and_text_has_no_colour()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key" });
        var settings = Settings(app);
        foreach (var command in Commands)
        {
            var arguments = Split(command);
            var json = await CliRun.RunAsync([.. arguments, "--json"], settings);
            var text = await CliRun.RunAsync(arguments, settings);

            Assert.Multiple(() =>
            {
                Assert.That(json.ExitCode, Is.Zero, $"{command}: {json.Error}");
                Assert.That(() => JsonDocument.Parse(json.Output).Dispose(), Throws.Nothing, $"{command}: {json.Output}");
                Assert.That(text.ExitCode, Is.Zero, $"{command}: {text.Error}");
                Assert.That((text.Output + text.Error).Contains('\u001b', StringComparison.Ordinal), Is.False, command);
            });
        }
    }

    [Test]
    public async Task An_unreachable_app_or_database_is_one_line_on_standard_error_and_exit_code_1()
    {
        var health = await CliRun.RunAsync(["health", "--base-url", "http://127.0.0.1:1"]);
        var migrate = await CliRun.RunAsync(["migrate", "--database", "Host=127.0.0.1;Port=1;Timeout=1"]);

        Assert.That((health.ExitCode, migrate.ExitCode), Is.EqualTo((1, 1)));
        Assert.That(health.Output + migrate.Output, Is.Empty);
        Assert.That(health.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
    }

    [TestCase("jobs run")]
    [TestCase("health --timeout 0")]
    [TestCase("jobs history --limit many")]
    [TestCase("fulfillment dead-letters show 42")]
    [TestCase("fulfillment dead-letters redrive")]
    [TestCase("logs tail --provider aldi")]
    [TestCase("trigger nonsense")]
    [TestCase("trigger payment_intent.succeeded --base-url https://api.example.com")]
    [TestCase("trigger payment_intent.succeeded")]
    [TestCase("export offer-events --format xml")]
    [TestCase("health --base-url nonsense")]
    [TestCase("jobs dance")]
    [TestCase("incident snapshot --since yesterday")]
    [TestCase("keys review --unused-days 0")]
    [TestCase("migrate --database nonsense")]
    [TestCase("migrate")]
    public async Task A_usage_error_ends_with_exit_code_2(string command)
    {
        var run = await CliRun.RunAsync(Split(command));

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Is.Not.Empty);
        Assert.That(run.Error, Does.Not.Contain("   at "), "no stack traces for operators");
    }

    private static Dictionary<string, string> Settings(SmplatApp app) => new()
    {
        ["SMPLAT_DATABASE"] = app.OwnDatabase!.ConnectionString,
        ["SMPLAT_ENVIRONMENT"] = "local",
        ["API_BASE_URL"] = app.Client.BaseAddress!.ToString(),
        ["CHECKOUT_API_KEY"] = "key",
    };

    private static string[] Split(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
