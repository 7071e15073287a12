using System.Text.Json;
using Smplat.Cli.Commands;

namespace Smplat.Tests.Cli;

public sealed class JobSummaryTests
{
    [TestCase("""{"sent":2,"dead":0,"dry_run":true,"lost":false,"until":"noon","note":null}""", "sent 2, dry run yes, until noon")]
    [TestCase("""{"sent":0,"dead":0}""", "nothing to do")]
    [TestCase("""{"expired":{"key_use":2,"events":0},"created":["2026_12"],"dropped":[],"none":{"x":0}}""", "expired (key use 2), created 2026_12")]
    [TestCase("{}", "nothing to do")]
    [TestCase("null", "")]
    public void A_summary_lists_what_a_run_did_and_omits_empty_values(string summary, string expected) =>
        Assert.That(JobSummary.Format(JsonDocument.Parse(summary).RootElement), Is.EqualTo(expected));
}
