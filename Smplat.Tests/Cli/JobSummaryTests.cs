using System.Text.Json;
using Smplat.Cli.Commands;

namespace Smplat.Tests.Cli;

public sealed class JobSummaryTests
{
    [TestCase("""{"sent":2,"dead":0,"dry_run":true,"lost":false,"until":"noon","note":null}""", "sent 2, dry run yes, until noon")]
    [TestCase("""{"sent":0,"dead":0}""", "nothing to do")]
    [TestCase("{}", "nothing to do")]
    [TestCase("null", "")]
    public void A_summary_lists_what_a_run_did_and_omits_empty_values(string summary, string expected) =>
        Assert.That(JobSummary.Format(JsonDocument.Parse(summary).RootElement), Is.EqualTo(expected));
}
