using Smplat.Cli;
using Smplat.Tests.Onboarding;
using Smplat.Tests.Support;

namespace Smplat.Tests.Guardrails;

/// <summary><c>smplat catalog qa-macro</c> against a running app.</summary>
[Parallelizable]
public sealed class QaMacroTests
{
    private OnboardingFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _api = await OnboardingFixture.StartAsync();
        await _api.SendAsync(
            HttpMethod.Post,
            "/api/v1/reporting/guardrails/followups",
            """
            {"followUpId":"0198f000-0000-7000-8000-00000000aaaa","providerId":"provider-b","providerName":"Provider <B>","action":"pause","notes":"Margin too low",
             "platformContext":{"id":"ig","label":"Instagram","handle":"@studio"},
             "attachments":[{"id":"a","fileName":"m.png","assetUrl":"https://files.example.test/m.png","storageKey":"k"}]}
            """);
        await _api.SendAsync(HttpMethod.Post, "/api/v1/reporting/guardrails/followups", """{"providerId":"provider-a","action":"resume"}""");
        var order = await _api.AnOrderAsync();
        await _api.SendAsync(
            HttpMethod.Post, $"/api/v1/orders/{order}/onboarding/pricing-experiments", """{"experiments":[{"slug":"spring-price","variantKey":"anchor"}]}""");
    }

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task The_text_cites_the_report_and_the_follow_up()
    {
        var run = await RunAsync("--provider", "provider-b", "--cursor", "spring-price", "--issue", "Wrong price <here>");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.StartWith(":warning: Catalog QA escalation: *Provider &lt;B&gt;* (`provider-b`)\n")
            .And.Contain("• Issue: Wrong price &lt;here&gt;\n")
            .And.Contain("• Guardrail action: Paused variant · Notes: Margin too low\n")
            .And.Contain("<https://shop.example.test/admin/reports?conversionCursor=spring-price#experiment-analytics|Historical conversion slice> (cursor spring-price)\n")
            .And.Contain("<https://shop.example.test/admin/fulfillment/providers/provider-b?tab=automation|0198f000-0000-7000-8000-00000000aaaa, ")
            .And.Contain("• Platform context: Instagram @studio\n")
            .And.Contain("• Attachments: <https://files.example.test/m.png|m.png>"));
    }

    [Test]
    public async Task Each_provider_has_a_block_and_the_live_report_without_a_cursor()
    {
        var run = await RunAsync("--provider", "provider-a", "provider-b");
        var json = await RunAsync("--provider", "provider-a", "--json");

        Assert.That(run.Output.Split(":warning:"), Has.Length.EqualTo(3));
        Assert.That(run.Output, Does.Contain("<https://shop.example.test/admin/reports#experiment-analytics|Live conversion snapshot>\n").And.Contain("Attachments: none"));
        Assert.That(json.Json[0].GetProperty("conversion_label").GetString(), Is.EqualTo("Live conversion snapshot"));
    }

    [Test]
    public async Task What_cannot_be_cited_is_refused()
    {
        var noFollowUp = await RunAsync("--provider", "provider-a", "nobody");
        var noExperiment = await RunAsync("--provider", "provider-a", "--cursor", "2026-03-01");
        var noFrontend = await CliRun.RunAsync(["catalog", "qa-macro", "--provider", "provider-a", "--base-url", _api.Address]);

        Assert.That(
            (noFollowUp.ExitCode, noExperiment.ExitCode, noFrontend.ExitCode),
            Is.EqualTo((CommandLine.Failed, CommandLine.Failed, CommandLine.UsageError)));
        Assert.That(noFollowUp.Error, Does.Contain("nobody").And.Contain("no follow-up"));
        Assert.That(noExperiment.Error, Does.Contain("another slice"));
        Assert.That(new[] { noFollowUp.Output, noExperiment.Output, noFrontend.Output }, Is.All.Empty);
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.RunAsync(
        ["catalog", "qa-macro", "--base-url", _api.Address, "--frontend-url", "https://shop.example.test", .. args]);
}
