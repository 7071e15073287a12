using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>Alert routing, as decided by Alertmanager itself.</summary>
public sealed class AlertRoutingTests
{
    private static readonly string Configuration = Path.Combine(Repository.Root, "infra", "alertmanager", "alertmanager.yml");

    [Test]
    public async Task The_configuration_and_its_templates_are_valid()
    {
        var (code, output) = await AmtoolAsync("check-config", Configuration);

        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("1 templates"));
    }

    [TestCase("severity=critical team=operations", "pager-operations")]
    [TestCase("severity=critical team=commerce", "pager-commerce")]
    [TestCase("severity=warning team=operations", "slack-operations")]
    [TestCase("severity=warning team=commerce", "slack-commerce")]
    [TestCase("severity=warning team=security", "slack-security")]
    [TestCase("severity=info team=operations", "mail")]
    [TestCase("severity=warning team=operations impact=checkout", "incident-room,slack-operations")]
    [TestCase("severity=critical team=commerce impact=checkout", "incident-room,pager-commerce")]
    [TestCase("severity=critical team=operations escalation=leadership", "incident-room")]
    [TestCase("alertname=FromElsewhere", "slack-operations")]
    public async Task Alerts_go_to(string labels, string receivers)
    {
        var (code, output) = await AmtoolAsync(
            ["config", "routes", "test", $"--config.file={Configuration}", $"--verify.receivers={receivers}", .. labels.Split(' ')]);

        Assert.That(code, Is.Zero, output);
    }

    private static Task<(int ExitCode, string Output)> AmtoolAsync(params string[] arguments) =>
        DebianTool.RunAsync("amtool", "prometheus-alertmanager", arguments);
}
